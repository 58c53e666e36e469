/**
 * Tests on other kernels: what {@code .ci/other-kernels} starts inside a guest, where there is no
 * Maven.
 */
@NullMarked
package io.dropwatch.examples.kernels;

import org.jspecify.annotations.NullMarked;
