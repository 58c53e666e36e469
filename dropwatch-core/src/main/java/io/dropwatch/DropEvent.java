package io.dropwatch;

import io.dropwatch.layers.FiveTuple;
import io.dropwatch.layers.Layers;
import io.dropwatch.layers.Vlan;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.DropSource;
import io.dropwatch.model.KernelStack;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerResolver;
import io.dropwatch.model.OwnerSocket;
import io.dropwatch.model.PacketType;
import io.dropwatch.model.SkbKind;
import io.dropwatch.model.SocketState;
import io.dropwatch.model.StackFrame;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.SkbFilter;
import io.dropwatch.pcapfilter.SkbPacket;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One packet that the kernel dropped: when, why, where, whose, and the packet's first bytes.
 *
 * <p>Immutable, thread-safe, and a value: equal events say the same. Cheap to keep: layers are
 * decoded and stack symbols looked up when they are first asked for.
 *
 * <pre>{@code
 * if (event.layers().tcp() != null) {
 *   System.out.println(event.flow() + " " + event.reason() + " " + event.stack());
 *   // tcp 10.0.0.1:40000 > 10.0.0.2:443 SKB_DROP_REASON_NO_SOCKET …
 * }
 * }</pre>
 *
 * <p>Names ({@link #comm}, {@link NetworkDevice#name}) are chosen by the programs being watched and
 * may hold control characters; the writers in {@link io.dropwatch.output} escape them.
 */
public final class DropEvent {
  final Instant time;
  final @Nullable Instant receivedTime;
  final DropReason reason;
  final @Nullable String reasonGroup;
  final DropSource source;
  final long location;
  final LongFunction<StackFrame> locationSymbols;
  final String comm;
  final int pid;
  final int tid;
  final long taskCgroupId;
  final Owner owner;
  final @Nullable NetworkDevice device;
  final NetworkNamespace networkNamespace;
  final @Nullable SocketState socketState;
  final @Nullable OwnerSocket socket;
  final long memoryCgroupCss;
  final long skbAddress;
  final int skbLength;
  final int etherType;
  final SkbKind kind;
  final @Nullable PacketType packetType;
  final @Nullable Vlan vlan;
  final int packetLength;
  final LinkType linkType;
  final byte[] packet;
  final KernelStack stack;

  // Written without a lock: threads that race decode the same bytes into equal, immutable layers.
  private @Nullable Layers layers;

  DropEvent(DropEventBuilder from) {
    time = from.time;
    receivedTime = from.receivedTime;
    reason = from.reason;
    reasonGroup = from.reasonGroup;
    source = from.source;
    location = from.location;
    locationSymbols = from.locationSymbols;
    comm = from.comm;
    pid = from.pid;
    tid = from.tid;
    taskCgroupId = from.taskCgroupId;
    owner = from.owner;
    device = from.device;
    networkNamespace = from.networkNamespace;
    socketState = from.socketState;
    socket = from.socket;
    memoryCgroupCss = from.memoryCgroupCss;
    skbAddress = from.skbAddress;
    skbLength = from.skbLength;
    etherType = from.etherType;
    kind = from.kind;
    packetType = from.packetType;
    vlan = from.vlan();
    packetLength = from.packetLength;
    linkType = from.linkType;
    packet = from.packet;
    stack = from.stack;
  }

  /** Returns an empty builder, for tests, replay and other probes. */
  public static DropEventBuilder builder() {
    return new DropEventBuilder();
  }

  /** Returns a builder that begins with the members of this event. */
  public DropEventBuilder toBuilder() {
    return new DropEventBuilder(this);
  }

  /**
   * Returns this event without the kernel addresses in it, which reveal where the kernel is in
   * memory (KASLR): {@link #location}, {@link #skbAddress} and {@link #memoryCgroupCss} are 0, and
   * so are those of the stack and the {@link #locationFrame}, which keep functions and offsets.
   * Noise rules and {@link #explanation} find the same. Looks up symbols.
   *
   * <pre>{@code
   * DropWatcher.builder().onEvent(event -> writer.write(event.withoutKernelAddresses()))…
   * }</pre>
   */
  public DropEvent withoutKernelAddresses() {
    return toBuilder()
        .location(locationFrame().withoutAddress())
        .memoryCgroupCss(0)
        .skbAddress(0)
        .stack(stack.withoutAddresses())
        .build();
  }

  /**
   * Returns when the kernel dropped the packet, as wall-clock time with nanoseconds. The kernel
   * gives its monotonic time; the offset to the wall clock is measured once a second. Times within
   * a second keep the kernel's order. When the wall clock is set, the times of events jump within a
   * second, and may go back.
   */
  public Instant time() {
    return time;
  }

  /**
   * Returns the wall-clock time at which this process took the record out of the ring; null when
   * unknown. It is later than {@link #time} by the time that the record waited there, unless the
   * wall clock was set in between.
   */
  public @Nullable Instant receivedTime() {
    return receivedTime;
  }

  /** Returns the reason of the drop. */
  public DropReason reason() {
    return reason;
  }

  /**
   * Returns one sentence that explains the drop: what its reason means in the function that dropped
   * the packet; null if there is none. See {@link DropReason#explanation(String)}.
   */
  public @Nullable String explanation() {
    return reason.explanation(locationFrame().symbol());
  }

  /** Returns whether the drop is a loss: the nature of its reason in that function. */
  public DropReason.Nature nature() {
    return reason.nature(locationFrame().symbol());
  }

  /** Returns the devlink trap group of a hardware drop, such as {@code l2_drops}; else null. */
  public @Nullable String reasonGroup() {
    return reasonGroup;
  }

  /** Returns whether the network stack or a device dropped the packet. */
  public DropSource source() {
    return source;
  }

  /** Returns the kernel address of the code that called kfree_skb; 0 when unknown. */
  public long location() {
    return location;
  }

  /**
   * Returns the function that dropped the packet: the one that contains {@link #location}. It is
   * known without a stack ({@code stackDepth(0)}), too. Its symbol is looked up when this is
   * called.
   */
  public StackFrame locationFrame() {
    return locationSymbols.apply(location);
  }

  /**
   * Returns the name of the thread that was running, at most 15 bytes. In softirq that is the
   * thread that was interrupted, not the owner of the packet.
   */
  public String comm() {
    return comm;
  }

  /**
   * Returns the process id (the kernel's tgid) of the thread that was running; 0 for the idle task.
   */
  public int pid() {
    return pid;
  }

  /** Returns the thread id (the kernel's pid) of the thread that was running. */
  public int tid() {
    return tid;
  }

  /**
   * Returns the id of the cgroup (v2) of the process that was running: the inode number of its
   * directory, unsigned; 0 when unknown.
   */
  public long taskCgroupId() {
    return taskCgroupId;
  }

  /**
   * Returns the owner of the packet, which the {@link OwnerResolver} of the watcher looked up when
   * the event was read; it does not change later.
   */
  public Owner owner() {
    return owner;
  }

  /** Returns the id of the owner's container; null when there is none or it is unknown. */
  public @Nullable String containerId() {
    return owner.containerId();
  }

  /** Returns the socket of the packet; null when it had none yet, or none any more. */
  public @Nullable OwnerSocket socket() {
    return socket;
  }

  /** Returns the device the packet was on; null when it was on none. */
  public @Nullable NetworkDevice device() {
    return device;
  }

  /** Returns the network namespace in which the packet was dropped. */
  public NetworkNamespace networkNamespace() {
    return networkNamespace;
  }

  /** Returns the state of the packet's socket; null when it had none yet, or none any more. */
  public @Nullable SocketState socketState() {
    return socketState;
  }

  /**
   * Returns the kernel address of the memory cgroup's css of the packet's socket; 0 when unknown.
   */
  public long memoryCgroupCss() {
    return memoryCgroupCss;
  }

  /** Returns the kernel address of the {@code sk_buff}, which is reused; 0 when unknown. */
  public long skbAddress() {
    return skbAddress;
  }

  /**
   * Returns {@code skb->len}: the bytes from the kernel's position in the packet to its end. The
   * position moves while a packet is handled: a UDP port without a socket is noticed at the UDP
   * header. {@link #packetLength} does not depend on it. Null when unknown.
   */
  public @Nullable Integer skbLength() {
    return skbLength == DropEventBuilder.UNKNOWN_LENGTH ? null : skbLength;
  }

  /** Returns {@code skb->protocol}: the EtherType after VLAN tags, host order; 0 when unknown. */
  public int etherType() {
    return etherType;
  }

  /** Returns whether it is a packet, or the kind of socket message. */
  public SkbKind kind() {
    return kind;
  }

  /** Returns {@code skb->pkt_type}: to whom the packet was addressed; null when unknown. */
  public @Nullable PacketType packetType() {
    return packetType;
  }

  /**
   * Returns the VLAN tag that the kernel or the device had stripped from the frame ({@code
   * skb->vlan_tci}); null when there was none. Tags still in the frame are in {@link #layers}.
   */
  public @Nullable Vlan vlan() {
    return vlan;
  }

  /**
   * Returns the length of the packet in bytes, captured or not, from the first known header (MAC if
   * it is there, else network).
   */
  public int packetLength() {
    return packetLength;
  }

  /**
   * Returns what {@link #packet} starts with: {@link LinkType#ETHERNET} at the MAC header, {@link
   * LinkType#RAW_IP} at the network header, which {@link #etherType} names.
   */
  public LinkType linkType() {
    return linkType;
  }

  /** Returns a copy of the captured bytes of the packet. */
  public byte[] packet() {
    return packet.clone();
  }

  /**
   * Returns the packet as the probe saw it. A {@link SkbFilter} gives the same verdict for it as in
   * the kernel.
   *
   * <pre>{@code
   * SkbFilter syn = SkbFilter.compile("tcp[tcpflags] & tcp-syn != 0");
   * if (syn.matches(event.skbPacket())) {
   *   System.out.println(syn.explain(event.skbPacket()));
   * }
   * }</pre>
   */
  public SkbPacket skbPacket() {
    SkbPacket.Builder skb =
        SkbPacket.builder().packet(linkType, packet, Math.max(packetLength, packet.length));
    // Without a protocol in the event it is that of the MAC header, as for the probe.
    if (etherType != 0 || linkType != LinkType.ETHERNET) {
      skb.protocol(etherType);
    }
    if (vlan != null) {
      skb.vlan(vlan.tpid(), vlan.tci());
    }
    if (device != null) {
      skb.ifindex(device.ifindex());
    }
    if (packetType != null) {
      skb.packetType(packetType.number());
    }
    return skb.build();
  }

  /** Returns the headers of the packet, decoded from its bytes on first use. */
  public Layers layers() {
    Layers known = layers;
    if (known == null) {
      known = Layers.decode(linkType, packet, etherType);
      layers = known;
    }
    return known;
  }

  /**
   * Returns the packet's five-tuple, as {@link Layers#flow} defines it; null without an IP header.
   */
  public @Nullable FiveTuple flow() {
    return layers().flow();
  }

  /** Returns the kernel stack at the drop. */
  public KernelStack stack() {
    return stack;
  }

  /**
   * Compares all members. Kernel addresses are compared by number: no symbol is looked up, nothing
   * is decoded or allocated. Where the addresses were left out, functions are compared.
   */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof DropEvent that
            && time.equals(that.time)
            && Objects.equals(receivedTime, that.receivedTime)
            && reason.equals(that.reason)
            && Objects.equals(reasonGroup, that.reasonGroup)
            && source == that.source
            && location == that.location
            && (location != 0 || locationFrame().equals(that.locationFrame()))
            && comm.equals(that.comm)
            && pid == that.pid
            && tid == that.tid
            && taskCgroupId == that.taskCgroupId
            && owner.equals(that.owner)
            && Objects.equals(device, that.device)
            && networkNamespace.equals(that.networkNamespace)
            && Objects.equals(socketState, that.socketState)
            && Objects.equals(socket, that.socket)
            && memoryCgroupCss == that.memoryCgroupCss
            && skbAddress == that.skbAddress
            && skbLength == that.skbLength
            && etherType == that.etherType
            && kind == that.kind
            && packetType == that.packetType
            && Objects.equals(vlan, that.vlan)
            && packetLength == that.packetLength
            && linkType == that.linkType
            && Arrays.equals(packet, that.packet)
            && stack.hasAddressesOf(that.stack));
  }

  @Override
  public int hashCode() {
    return 31 * (31 * time.hashCode() + Long.hashCode(skbAddress)) + Arrays.hashCode(packet);
  }

  /** For a debugger or an assertion; {@link io.dropwatch.output} writes for people and programs. */
  @Override
  public String toString() {
    return "DropEvent[%s %s %s len=%d dev=%s pid=%d]"
        .formatted(
            time,
            layers().label(),
            reason,
            packetLength,
            Objects.requireNonNullElse(device, "-"),
            pid);
  }
}
