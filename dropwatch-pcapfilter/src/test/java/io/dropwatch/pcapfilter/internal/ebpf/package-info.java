/** Tests of the eBPF back-end. */
@NullMarked
package io.dropwatch.pcapfilter.internal.ebpf;

import org.jspecify.annotations.NullMarked;
