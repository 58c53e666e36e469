/**
 * The law of this module: our verdict is libpcap's verdict.
 *
 * <p>In: expressions, written down and generated, and the packet corpus. Each goes through libpcap
 * (without its optimizer), the evaluator in the JVM and the generated eBPF in the running kernel.
 * Out: nothing, or the expression and the packet on which two of them differ.
 */
@NullMarked
package io.dropwatch.pcapfilter.differential;

import org.jspecify.annotations.NullMarked;
