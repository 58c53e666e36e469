/**
 * Writes events as text ({@link io.dropwatch.output.TextWriter}) and JSON ({@link
 * io.dropwatch.output.JsonWriter}), and reads the JSON back ({@link
 * io.dropwatch.output.JsonReader}). Input: a {@link io.dropwatch.DropEvent}. Output: whole lines.
 * Names in an event are chosen by the processes that are watched; they are escaped, so that none
 * can send control sequences to a terminal or end a line.
 */
@NullMarked
package io.dropwatch.output;

import org.jspecify.annotations.NullMarked;
