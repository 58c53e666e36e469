/** Tests for other kernels, which {@code .ci/other-kernels} runs inside guests, without Maven. */
@NullMarked
package io.dropwatch.examples.kernels;

import org.jspecify.annotations.NullMarked;
