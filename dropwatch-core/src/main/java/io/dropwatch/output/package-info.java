/**
 * Events to text and JSON. In goes a {@link io.dropwatch.DropEvent}, out go whole lines: for people
 * ({@link io.dropwatch.output.TextWriter}) or for programs ({@link
 * io.dropwatch.output.JsonWriter}). Names in an event are chosen by whoever is being watched;
 * nothing written here can steer a terminal or end a line early.
 */
@NullMarked
package io.dropwatch.output;

import org.jspecify.annotations.NullMarked;
