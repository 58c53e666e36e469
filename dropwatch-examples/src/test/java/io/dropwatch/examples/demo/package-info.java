/** The demo, run as its readers run it. As root. */
@NullMarked
package io.dropwatch.examples.demo;

import org.jspecify.annotations.NullMarked;
