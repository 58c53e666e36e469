/**
 * Drops that were recorded, once more. In goes NDJSON as {@link io.dropwatch.output.JsonWriter}
 * wrote it, out go the events that a {@link io.dropwatch.DropWatcher} with the same devices, noise
 * rules and filter would have given to its listener, and the account of the others. Needs neither
 * Linux nor privileges.
 */
@NullMarked
package io.dropwatch.replay;

import org.jspecify.annotations.NullMarked;
