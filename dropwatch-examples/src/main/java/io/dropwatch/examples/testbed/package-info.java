/**
 * A network of temporary namespaces in which the kernel drops packets for known reasons. The demo
 * shows these drops; the end-to-end tests count them.
 *
 * <p>{@link io.dropwatch.examples.testbed.Testbed} owns the namespaces, {@link
 * io.dropwatch.examples.testbed.RoutedNetwork} connects a client, a router and a server, and each
 * {@link io.dropwatch.examples.testbed.Scenario} is one way to lose a packet there. Needs root,
 * iproute2 and nftables. Does not change the network namespace that the JVM runs in.
 */
@NullMarked
package io.dropwatch.examples.testbed;

import org.jspecify.annotations.NullMarked;
