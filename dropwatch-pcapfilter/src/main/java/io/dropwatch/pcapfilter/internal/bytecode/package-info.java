/**
 * A back-end: decision graph in, a hidden class out that decides about packets in the JVM.
 *
 * <p>One static method with a label for each node. The just-in-time compiler keeps fields in
 * registers and merges checks, so none of that is done here.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.bytecode;

import org.jspecify.annotations.NullMarked;
