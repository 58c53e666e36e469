/**
 * Stage 1: expression text in, tokens out.
 *
 * <p>The longest match wins and, among equally long ones, the order of libpcap's scanner: keyword,
 * MAC address, number, dotted address, IPv6 address, named constant, word. Text form: {@link
 * io.dropwatch.pcapfilter.internal.token.Token#print}.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.token;

import org.jspecify.annotations.NullMarked;
