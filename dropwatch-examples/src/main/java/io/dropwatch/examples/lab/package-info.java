/**
 * A network of throw-away namespaces in which the kernel drops packets on purpose, each for a known
 * reason.
 *
 * <p>Stage: before the watcher, as the source of what it watches. In: a {@link
 * io.dropwatch.examples.lab.Scenario}. Out: real packets, as many as asked for, dropped by this
 * machine's kernel in a place and for a reason known beforehand. The demo shows them; the
 * end-to-end tests count them.
 *
 * <p>{@link io.dropwatch.examples.lab.NetworkLab} owns the namespaces, {@link
 * io.dropwatch.examples.lab.RoutedNetwork} is the network inside (client, router, server), {@link
 * io.dropwatch.examples.lab.Scenario} the ways to lose a packet in it. Needs root, iproute2 and
 * nftables. Nothing here touches the namespace the JVM was started in.
 */
@NullMarked
package io.dropwatch.examples.lab;

import org.jspecify.annotations.NullMarked;
