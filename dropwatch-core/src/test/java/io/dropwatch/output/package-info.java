/** What is written, against the published formats. */
@NullMarked
package io.dropwatch.output;

import org.jspecify.annotations.NullMarked;
