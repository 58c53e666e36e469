/** Tests of noise rules, with fixed stacks. */
@NullMarked
package io.dropwatch.internal.noise;

import org.jspecify.annotations.NullMarked;
