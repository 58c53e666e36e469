package io.dropwatch.internal.probe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * What the counting programs tell apart ({@code struct count_key}).
 *
 * @param location address in the kernel's code; of a drop by a device that of the trap's name
 * @param reason number; without meaning unless that is the cause
 * @param device ifindex 0: none; its namespace is also that of a drop without a device, 0 if
 *     unknown
 * @param protocol EtherType, 0 when unknown
 * @param ipProtocol 0 when it is not IP, or not captured
 * @param cause what is known of why
 */
public record CountKey(
    long location, int reason, DeviceKey device, int protocol, int ipProtocol, Cause cause) {
  /** {@code enum count_cause}. */
  public enum Cause {
    /** This kernel gives no reasons. */
    UNKNOWN,
    /** A reason. */
    REASON,
    /** A devlink trap: a device dropped it. */
    TRAP;

    private static final List<Cause> ALL = List.of(values());
  }

  static CountKey of(byte[] key) {
    ByteBuffer bytes = ByteBuffer.wrap(key).order(ByteOrder.nativeOrder());
    long location = bytes.getLong();
    int reason = bytes.getInt();
    DeviceKey device = new DeviceKey(bytes.getInt(), Integer.toUnsignedLong(bytes.getInt()));
    int protocol = Short.toUnsignedInt(bytes.getShort());
    int ipProtocol = Byte.toUnsignedInt(bytes.get());
    return new CountKey(location, reason, device, protocol, ipProtocol, Cause.ALL.get(bytes.get()));
  }
}
