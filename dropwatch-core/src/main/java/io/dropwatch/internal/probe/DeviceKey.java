package io.dropwatch.internal.probe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A device as the probe's device list holds it ({@code struct device_key}).
 *
 * @param ifindex interface number, unique within its namespace
 * @param netnsInum number of the network namespace, an unsigned 32-bit number
 */
public record DeviceKey(int ifindex, long netnsInum) {
  byte[] bytes() {
    return ByteBuffer.allocate(2 * Integer.BYTES)
        .order(ByteOrder.nativeOrder())
        .putInt(ifindex)
        .putInt((int) netnsInum)
        .array();
  }
}
