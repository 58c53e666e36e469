/** Typed API over libbpf. */
@NullMarked
package io.dropwatch.bpf;

import org.jspecify.annotations.NullMarked;
