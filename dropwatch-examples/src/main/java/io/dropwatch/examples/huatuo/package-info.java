/**
 * Compatibility with the <i>huatuo-bamai</i> daemon: its JSON fields ({@code --json-dialect
 * huatuo}) and its Unix socket ({@code --output-storage}).
 *
 * <p>{@link io.dropwatch.examples.huatuo.HuatuoJsonWriter} turns an event into a line of JSON. The
 * stream sends such lines as Cap'n Proto frames ({@code src/main/capnp/toolstream.capnp}), one
 * event in each.
 *
 * <p>{@link io.dropwatch.examples.huatuo.HuatuoStream} buffers, sends and reconnects; {@code
 * DaemonConnection} is one connection, and {@code CapnpFrames} encodes the messages.
 */
@NullMarked
package io.dropwatch.examples.huatuo;

import org.jspecify.annotations.NullMarked;
