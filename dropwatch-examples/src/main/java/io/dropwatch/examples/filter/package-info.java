/**
 * {@code dropwatch filter}: tests filter expressions without a kernel, root or native code.
 *
 * <p>In: an expression and packets, from a capture file or as hexadecimal digits. Out: on stdout
 * what the expression means, why a packet matches, or which packets do; an exit status: 0 done, 1
 * the file cannot be read, 2 the expression or the command line is wrong.
 */
@NullMarked
package io.dropwatch.examples.filter;

import org.jspecify.annotations.NullMarked;
