/**
 * The law of this module: our verdict is libpcap's verdict.
 *
 * <p>In: expressions, written down and generated, and the packet corpus. Each goes through libpcap
 * (without its optimizer), the evaluator in the JVM and the generated eBPF in the running kernel.
 * Out: nothing, or the expression and the packet on which two of them differ.
 *
 * <p>Not compared, because libpcap 1.10.3 has no verdict that could be a definition:
 *
 * <ul>
 *   <li>what stands after {@code geneve or}: it reads memory that {@code bpf_filter} never set;
 *   <li>{@code vxlan} and the new words of ours: libpcap does not know them;
 *   <li>calculations that libpcap refuses by mistake ({@link Agreement}: slips);
 *   <li>{@code byte N & M}: libpcap tests a byte that it never read, we refuse;
 *   <li>chains of more than eight headers under {@code protochain}, where ours ends;
 *   <li>bytes past the 256 that the kernel's filter sees: no packet of the corpus is longer.
 * </ul>
 */
@NullMarked
package io.dropwatch.pcapfilter.differential;

import org.jspecify.annotations.NullMarked;
