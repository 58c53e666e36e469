package io.dropwatch.model;

import io.dropwatch.internal.record.RecordView;
import org.jspecify.annotations.Nullable;

/**
 * One drop as the kernel wrote it: a view over the record in the ring, for listeners that count
 * nanoseconds. There is one object for all events; it means another event at each call of the
 * listener, and nothing once the listener has returned: it then has no bytes and no frames, and
 * throws {@link IndexOutOfBoundsException} when asked for anything else, rather than tell what the
 * kernel writes there next. Nothing is allocated.
 *
 * <p>Numbers are as the kernel has them, in the machine's byte order; unsigned where the kernel's
 * are. Used on the listener's thread only. Implemented by this library alone, so that methods can
 * be added.
 */
public sealed interface RawDropEvent permits RecordView {
  /** Time of the drop: nanoseconds of CLOCK_MONOTONIC, as {@link System#nanoTime} on Linux. */
  long monotonicNanos();

  /** Time of the drop: nanoseconds since 1970-01-01T00:00Z. */
  long epochNanos();

  /**
   * Number of the drop reason on this kernel; -1 where there is none, as {@link DropReason#value}.
   */
  int reason();

  /** Whether a device dropped the packet: it then has a trap, and neither reason nor location. */
  boolean isHardware();

  /**
   * Name of the devlink trap that a device reported; null for a drop by the network stack. Makes a
   * string at each call.
   */
  @Nullable String trapName();

  /** Address in the kernel that dropped the packet; 0 for a drop by a device. */
  long location();

  /** Address of the {@code struct sk_buff}. */
  long skbAddress();

  /** Number of the device; 0 without one. */
  int ifindex();

  /** Number of the network namespace, see {@link NetworkNamespace#inum}; 0 if it is not known. */
  long netnsInum();

  /** Cookie of the network namespace; 0 if it is not known. */
  long netnsCookie();

  /** Process that ran on the CPU at the drop; often not the packet's. */
  int pid();

  /** Thread that ran on the CPU at the drop. */
  int tid();

  /** EtherType of the network header, in host order; 0 if it is not known. */
  int etherType();

  /** Whom the packet was for: {@code skb->pkt_type}, see {@link PacketType#of}. */
  int packetType();

  /** The outermost VLAN tag's TCI; 0 without a tag. The packet's bytes are without that tag. */
  int vlanTci();

  /** EtherType of the outermost VLAN tag; 0 without a tag. */
  int vlanProtocol();

  /** Whether the packet's bytes begin with an Ethernet header; else with the network header. */
  boolean hasEthernetHeader();

  /** Length of the packet in bytes from where its bytes begin, captured or not. */
  long wireLength();

  /** Bytes of the packet that the record has. */
  int capturedLength();

  /**
   * One byte of the packet.
   *
   * @param index 0 to {@link #capturedLength} - 1
   * @return 0 to 255
   * @throws IndexOutOfBoundsException if the index is another
   */
  int packetByte(int index);

  /**
   * Copies the packet's bytes, as many as there are and fit.
   *
   * @return how many
   */
  int copyPacket(byte[] to, int offset);

  /** Return addresses of the kernel stack, those of tracing on top included. */
  int stackDepth();

  /**
   * One return address, innermost first.
   *
   * @param index 0 to {@link #stackDepth} - 1
   * @throws IndexOutOfBoundsException if the index is another
   */
  long stackAddress(int index);

  /** As {@link KernelStack#shared}. */
  boolean hasSharedStack();
}
