package io.dropwatch.internal.probe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the counting programs tell apart ({@code struct count_key}).
 *
 * @param location address in the kernel's code
 * @param reason number; without meaning unless {@code reasonKnown}
 * @param device ifindex 0: none; its namespace is also that of a drop without a device, 0 if
 *     unknown
 * @param protocol EtherType, 0 when unknown
 * @param ipProtocol 0 when it is not IP, or not captured
 * @param reasonKnown whether this kernel gives reasons
 */
public record CountKey(
    long location,
    int reason,
    DeviceKey device,
    int protocol,
    int ipProtocol,
    boolean reasonKnown) {
  static CountKey of(byte[] key) {
    ByteBuffer bytes = ByteBuffer.wrap(key).order(ByteOrder.nativeOrder());
    long location = bytes.getLong();
    int reason = bytes.getInt();
    DeviceKey device = new DeviceKey(bytes.getInt(), Integer.toUnsignedLong(bytes.getInt()));
    int protocol = Short.toUnsignedInt(bytes.getShort());
    int ipProtocol = Byte.toUnsignedInt(bytes.get());
    return new CountKey(location, reason, device, protocol, ipProtocol, bytes.get() != 0);
  }
}
