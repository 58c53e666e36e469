/** Tests of the demo through {@code bin/demo}. Need root. */
@NullMarked
package io.dropwatch.examples.demo;

import org.jspecify.annotations.NullMarked;
