/**
 * Stage 3: syntax tree in, checked predicate out.
 *
 * <p>This stage inherits qualifiers, turns names into numbers, checks addresses and masks, and
 * gives every primitive its offsets in the packet. Offsets move while the expression is read from
 * left to right: a {@code vlan} shifts all later primitives, across {@code or} and out of {@code
 * not}.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.check;

import org.jspecify.annotations.NullMarked;
