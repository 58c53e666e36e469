/** Tests of decoding, and packets for other tests. */
@NullMarked
package io.dropwatch.layers;

import org.jspecify.annotations.NullMarked;
