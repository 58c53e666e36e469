/**
 * Packet bytes to protocols. In go any bytes and what they start with, out come {@link
 * io.dropwatch.layers.Layers}: one record per header, in the order of the wire. Nothing here knows
 * of the kernel; what only the kernel knows (socket state, a VLAN tag it took out) is in {@code
 * DropEvent}.
 *
 * <p>Each record decodes itself from the {@code Dissection} it is handed; {@code EtherType} and
 * {@code IpProtocol} say which one is next.
 */
@NullMarked
package io.dropwatch.layers;

import org.jspecify.annotations.NullMarked;
