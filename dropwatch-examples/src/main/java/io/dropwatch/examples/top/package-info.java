/**
 * {@code dropwatch top}: a live table of what the kernel drops, from its own counts.
 *
 * <p>In: snapshots of a {@link io.dropwatch.DropCounter}. {@code TopRows} puts the kinds in order,
 * {@code TopTable} makes lines of them that fit a width, {@code Screen} shows them and gives the
 * terminal back as it was; without a terminal the lines just follow each other. {@code TopSession}
 * runs all of it.
 */
@NullMarked
package io.dropwatch.examples.top;

import org.jspecify.annotations.NullMarked;
