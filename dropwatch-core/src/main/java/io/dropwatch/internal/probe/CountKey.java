package io.dropwatch.internal.probe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A kind of drops that is counted ({@code struct count_key}).
 *
 * @param location address in kernel code; for a hardware drop the address of the trap's name
 * @param reason drop reason, if the cause is REASON
 * @param device ifindex 0: none; its namespace is also that of a drop without a device, 0 if
 *     unknown
 * @param protocol EtherType, 0 when unknown
 * @param ipProtocol 0 when it is not IP, or not captured
 * @param cause what {@code reason} and {@code location} mean
 */
public record CountKey(
    long location, int reason, DeviceKey device, int protocol, int ipProtocol, Cause cause) {
  /** {@code enum count_cause}. */
  public enum Cause {
    /** This kernel has no drop reasons. */
    UNKNOWN,
    /** A drop reason. */
    REASON,
    /** A devlink trap: a hardware drop. */
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
