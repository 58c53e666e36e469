/** Tests of HUATUO's JSON and stream. The stream is decoded with the {@code capnp} tool. */
@NullMarked
package io.dropwatch.examples.huatuo;

import org.jspecify.annotations.NullMarked;
