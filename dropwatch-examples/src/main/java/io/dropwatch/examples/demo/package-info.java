/**
 * The demo: five kinds of real packet drops, provoked in a {@link io.dropwatch.examples.lab} and
 * shown as the SDK sees them.
 *
 * <p>In: nothing but root on a Linux machine with iproute2 and nftables. Out: a page on stdout, and
 * a machine as it was before.
 */
@NullMarked
package io.dropwatch.examples.demo;

import org.jspecify.annotations.NullMarked;
