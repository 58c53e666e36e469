/** Decoding, layer by layer, and the packets that tests share. */
@NullMarked
package io.dropwatch.layers;

import org.jspecify.annotations.NullMarked;
