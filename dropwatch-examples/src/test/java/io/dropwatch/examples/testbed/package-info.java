/** Tests of the testbed. */
@NullMarked
package io.dropwatch.examples.testbed;

import org.jspecify.annotations.NullMarked;
