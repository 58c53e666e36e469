/**
 * Stage 3: syntax tree in, checked predicate out.
 *
 * <p>Here qualifiers are inherited, names become numbers, addresses and masks are checked, and
 * every test gets its place in the packet. The places move while the expression is read from left
 * to right: a {@code vlan} shifts all that follows, across {@code or} and out of {@code not}.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.check;

import org.jspecify.annotations.NullMarked;
