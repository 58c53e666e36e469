package io.dropwatch.model;

import io.dropwatch.internal.record.RecordView;
import org.jspecify.annotations.Nullable;

/**
 * One drop as the kernel wrote it: a view over the record in the ring. One object serves all
 * events: it shows another event at each call of the listener. After the listener has returned it
 * has no bytes and no frames, and its other methods throw {@link IndexOutOfBoundsException}.
 * Nothing is allocated.
 *
 * <p>Numbers are the kernel's, in native byte order, and unsigned where the kernel's are. For the
 * thread of the listener only. Implemented by this library alone, so that methods can be added.
 */
public sealed interface RawDropEvent permits RecordView {
  /**
   * Returns the time of the drop: nanoseconds of CLOCK_MONOTONIC, as {@link System#nanoTime} on
   * Linux.
   */
  long monotonicNanos();

  /** Returns the time of the drop: nanoseconds since 1970-01-01T00:00Z. */
  long epochNanos();

  /**
   * Returns the number of the drop reason on this kernel; -1 without one, as {@link
   * DropReason#value}.
   */
  int reason();

  /** Returns whether a device dropped the packet. Then it has a trap, no reason and no location. */
  boolean isHardware();

  /**
   * Returns the name of the devlink trap that a device reported; null for a drop by the network
   * stack. Allocates a string at each call.
   */
  @Nullable String trapName();

  /** Returns the kernel address of the code that called kfree_skb; 0 for a drop by a device. */
  long location();

  /** Returns the kernel address of the {@code struct sk_buff}. */
  long skbAddress();

  /** Returns the ifindex of the device; 0 without one. */
  int ifindex();

  /**
   * Returns the number of the network namespace, see {@link NetworkNamespace#inum}; 0 if it is not
   * known.
   */
  long netnsInum();

  /** Returns the cookie of the network namespace; 0 if it is not known. */
  long netnsCookie();

  /** Returns the id of the process that was running, see {@code DropEvent.pid}. */
  int pid();

  /** Returns the id of the thread that was running. */
  int tid();

  /** Returns the EtherType of the network header, in host order; 0 if it is not known. */
  int etherType();

  /** Returns {@code skb->pkt_type}, 0 to 7, see {@link PacketType#of}. */
  int packetType();

  /**
   * Returns the TCI of the outermost VLAN tag; 0 without one. The packet's bytes are without that
   * tag.
   */
  int vlanTci();

  /** Returns the EtherType (TPID) of the outermost VLAN tag; 0 without one. */
  int vlanProtocol();

  /** Returns whether the bytes begin with an Ethernet header; else with the network header. */
  boolean hasEthernetHeader();

  /** Returns the length of the packet in bytes, captured or not, from where its bytes begin. */
  long wireLength();

  /** Returns how many bytes of the packet were captured. */
  int capturedLength();

  /**
   * Returns one byte of the packet.
   *
   * @param index 0 to {@link #capturedLength} - 1
   * @return 0 to 255
   * @throws IndexOutOfBoundsException if the index is another
   */
  int packetByte(int index);

  /**
   * Copies as many bytes of the packet as were captured and fit.
   *
   * @return how many
   */
  int copyPacket(byte[] to, int offset);

  /** Returns the number of frames of the stack, those of tracing on top included. */
  int stackDepth();

  /**
   * Returns a return address, innermost first.
   *
   * @param index 0 to {@link #stackDepth} - 1
   * @throws IndexOutOfBoundsException if the index is another
   */
  long stackAddress(int index);

  /** Returns whether the stack was walked at an earlier drop, as {@link KernelStack#shared}. */
  boolean hasSharedStack();
}
