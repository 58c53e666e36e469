/**
 * Decodes packet bytes into protocol headers. Input: any bytes and the link type they start with.
 * Output: {@link io.dropwatch.layers.Layers}, one record per header, in the order of the wire.
 * Nothing here depends on the kernel; what only the kernel knows (socket state, a VLAN tag that it
 * removed) is in {@code DropEvent}.
 *
 * <p>Each record decodes itself from a {@code Dissection}; {@code EtherType} and {@code IpProtocol}
 * select the next one.
 */
@NullMarked
package io.dropwatch.layers;

import org.jspecify.annotations.NullMarked;
