/**
 * {@code dropwatch top}: a live table of drops.
 *
 * <p>{@code TopSession} takes snapshots of a {@link io.dropwatch.DropCounter}. {@code TopRow} sorts
 * the kinds of drops, {@code TopTable} formats them, and {@code Screen} shows the lines on a
 * terminal.
 */
@NullMarked
package io.dropwatch.examples.top;

import org.jspecify.annotations.NullMarked;
