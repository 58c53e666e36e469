/**
 * Stage 5, a back-end: decision graph in, a hidden class out that runs the filter in the JVM.
 *
 * <p>The class has two methods, each with a label for each node. The fast path loads words of four
 * bytes, compares fields in their byte order in the packet, and checks in few places whether the
 * packet is long enough. If it is not, the slow path decides, which checks before each load as the
 * filter language defines. The just-in-time compiler allocates registers, so nothing is kept in
 * locals here.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.bytecode;

import org.jspecify.annotations.NullMarked;
