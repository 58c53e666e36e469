/**
 * The demo: loses five packets in a {@link io.dropwatch.examples.testbed} and prints their events.
 *
 * <p>Needs root, iproute2 and nftables.
 */
@NullMarked
package io.dropwatch.examples.demo;

import org.jspecify.annotations.NullMarked;
