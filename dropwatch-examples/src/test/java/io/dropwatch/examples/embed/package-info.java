/** The small programs, run as their readers would run them. As root. */
@NullMarked
package io.dropwatch.examples.embed;

import org.jspecify.annotations.NullMarked;
