/** Tests of the output formats. */
@NullMarked
package io.dropwatch.output;

import org.jspecify.annotations.NullMarked;
