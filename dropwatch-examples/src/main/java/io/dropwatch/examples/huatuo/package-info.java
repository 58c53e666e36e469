/**
 * Sends drops to a <i>huatuo-bamai</i> daemon, as the {@code --output-storage} flag does.
 *
 * <p>In go {@link io.dropwatch.DropEvent}s from any thread; out go Cap'n Proto frames through the
 * daemon's Unix socket ({@code src/main/capnp/toolstream.capnp}), one event's JSON of the {@link
 * io.dropwatch.output.JsonDialect#HUATUO} dialect in each.
 *
 * <p>{@link io.dropwatch.examples.huatuo.HuatuoStream} (buffer, sender, reconnecting) → {@code
 * DaemonConnection} (one connection) → {@code Frames} (bytes).
 */
@NullMarked
package io.dropwatch.examples.huatuo;

import org.jspecify.annotations.NullMarked;
