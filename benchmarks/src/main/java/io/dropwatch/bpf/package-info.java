/** What benchmarks need of the ring readers that nobody else does. */
@NullMarked
package io.dropwatch.bpf;

import org.jspecify.annotations.NullMarked;
