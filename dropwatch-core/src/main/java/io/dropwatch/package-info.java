/** The SDK. */
@NullMarked
package io.dropwatch;

import org.jspecify.annotations.NullMarked;
