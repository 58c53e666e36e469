package io.dropwatch.internal.probe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A kind of drops that is counted ({@code struct count_key}).
 *
 * @param location address in kernel code; for a hardware drop the address of the trap's name; for
 *     other kinds the share
 * @param netnsCookie 0 if unknown
 * @param reason drop reason, if the cause is REASON
 * @param device ifindex 0: none; its namespace is also that of a drop without a device, 0 if
 *     unknown
 * @param protocol EtherType, 0 when unknown, {@link #OTHER_PROTOCOL}
 * @param ipProtocol 0 when it is not IP, or not captured; {@link #OTHER_IP_PROTOCOL}
 * @param cause what {@code reason} and {@code location} mean
 */
public record CountKey(
    long location,
    long netnsCookie,
    int reason,
    DeviceKey device,
    int protocol,
    int ipProtocol,
    Cause cause) {
  /** OTHER_ETHERTYPE: all EtherTypes without a name. */
  public static final int OTHER_PROTOCOL = 0xffff;

  /** OTHER_IP_PROTOCOL: all IP protocols without a name. */
  public static final int OTHER_IP_PROTOCOL = 255;

  private static final int BYTES = 32;

  /** {@code enum count_cause}. */
  public enum Cause {
    /** This kernel has no drop reasons. */
    UNKNOWN,
    /** A drop reason. */
    REASON,
    /** A devlink trap: a hardware drop. */
    TRAP,
    /** Drops of kinds beyond the share of a network namespace or user. */
    OTHER;

    private static final List<Cause> ALL = List.of(values());
  }

  static CountKey of(byte[] key) {
    ByteBuffer bytes = ByteBuffer.wrap(key).order(ByteOrder.nativeOrder());
    long location = bytes.getLong();
    long cookie = bytes.getLong();
    int reason = bytes.getInt();
    DeviceKey device = new DeviceKey(bytes.getInt(), Integer.toUnsignedLong(bytes.getInt()));
    int protocol = Short.toUnsignedInt(bytes.getShort());
    int ipProtocol = Byte.toUnsignedInt(bytes.get());
    return new CountKey(
        location, cookie, reason, device, protocol, ipProtocol, Cause.ALL.get(bytes.get()));
  }

  byte[] bytes() {
    return ByteBuffer.allocate(BYTES)
        .order(ByteOrder.nativeOrder())
        .putLong(location)
        .putLong(netnsCookie)
        .putInt(reason)
        .put(device.bytes())
        .putShort((short) protocol)
        .put((byte) ipProtocol)
        .put((byte) Cause.ALL.indexOf(cause))
        .array();
  }

  /** Returns the user whose share this kind of other drops is; -1 if it is a namespace's. */
  public long user() {
    return cause == Cause.OTHER && location < 0 ? location & 0xffff_ffffL : -1;
  }
}
