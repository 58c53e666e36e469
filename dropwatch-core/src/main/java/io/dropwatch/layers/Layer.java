package io.dropwatch.layers;

/**
 * One header of a packet, implemented by the records of this package.
 *
 * <p>Later versions decode more protocols, so a switch over layers has a default case:
 *
 * <pre>{@code
 * for (Layer layer : event.layers().all()) {
 *   switch (layer) {
 *     case Tcp tcp -> System.out.println(tcp.flagsText());
 *     case Udp udp -> System.out.println(udp.len());
 *     default -> {} // every other protocol, known now or later
 *   }
 * }
 * }</pre>
 *
 * <p>This interface is not sealed for that reason: a switch over a sealed interface compiles
 * without a default case, and would fail with the next protocol.
 */
public interface Layer {}
