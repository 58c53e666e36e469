/**
 * A back-end: decision graph in, a hidden class out that decides about packets in the JVM.
 *
 * <p>Two methods with a label for each node. The first reads words of four bytes and compares
 * fields as they lie there, and asks at few places whether the packet is long enough; where it is
 * not, the second decides, which asks before each read as the language wants it. The just-in-time
 * compiler keeps fields in registers, so that is not done here.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.bytecode;

import org.jspecify.annotations.NullMarked;
