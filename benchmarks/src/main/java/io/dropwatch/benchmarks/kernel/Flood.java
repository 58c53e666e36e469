package io.dropwatch.benchmarks.kernel;

import static io.dropwatch.examples.testbed.LinuxCalls.AF_PACKET;
import static io.dropwatch.examples.testbed.LinuxCalls.SOCK_RAW_CLOEXEC;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.dropwatch.bpf.NetworkDevices;
import io.dropwatch.examples.testbed.LinuxCalls;
import io.dropwatch.examples.testbed.Namespace;
import io.dropwatch.examples.testbed.Testbed;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.Function;

/**
 * Two hosts connected by veth. One sends UDP datagrams to a closed port of the other, or frames
 * that cost the kernel less, as fast as one thread can: 64 with each sendmmsg(2).
 *
 * <p>The packets are dropped on the sender's CPU (softirq), so a program on the tracepoint slows
 * the sender down.
 */
public final class Flood implements AutoCloseable {
  /** No limit. */
  public static final double FULL_RATE = Double.POSITIVE_INFINITY;

  private static final int BATCH = 64;
  private static final int PAYLOAD = 32;
  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x8_0000;
  private static final int SOL_PACKET = 263;
  private static final int PACKET_QDISC_BYPASS = 20;

  /** Local experimental EtherType (IEEE 802), without a handler. */
  private static final int FRAME_PROTOCOL = 0x88b5;

  // Called without errno, for speed.
  private static final MethodHandle SENDMMSG =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("sendmmsg"),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle SET_OPTION =
      LinuxCalls.function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);

  private final Testbed testbed = Testbed.open();
  private final Namespace sender;

  /** Creates the network. */
  public Flood() {
    sender = testbed.namespace("sender");
    Namespace receiver = testbed.namespace("receiver");
    sender.ip(
        "link add name eth0 address 02:00:00:00:00:01 type veth peer name eth0 netns %s address 02:00:00:00:00:02\n"
            .formatted(receiver.name()));
    sender.ip(host("192.0.2.1", "192.0.2.2", "02:00:00:00:00:02"));
    receiver.ip(host("192.0.2.2", "192.0.2.1", "02:00:00:00:00:01"));
  }

  private static String host(String own, String other, String otherMac) {
    return """
    link set eth0 up
    address add %s/24 dev eth0
    neighbour replace %s lladdr %s nud permanent dev eth0
    """
        .formatted(own, other, otherMac);
  }

  /**
   * Sends datagrams from a thread bound to one CPU.
   *
   * @param packets rounded up to a multiple of 64
   * @return datagrams a second
   */
  public double send(int packets, int cpu) {
    return send(packets, cpu, FULL_RATE, AF_INET, SOCK_DGRAM_CLOEXEC, Flood::datagrams);
  }

  /**
   * As {@link #send}, but frames of a protocol without a handler, which bypass the qdisc. The
   * kernel drops them early (UNHANDLED_PROTO), and sends no answer.
   */
  public double sendFrames(int packets, int cpu) {
    return sendFrames(packets, cpu, FULL_RATE);
  }

  /**
   * As {@link #sendFrames(int, int)}, with a limit.
   *
   * @param perSecond at most so many frames a second
   */
  public double sendFrames(int packets, int cpu, double perSecond) {
    return send(packets, cpu, perSecond, AF_PACKET, SOCK_RAW_CLOEXEC, Flood::frames);
  }

  private double send(
      int packets,
      int cpu,
      double perSecond,
      int family,
      int type,
      Function<Arena, MemorySegment> what) {
    return sender.call(
        () -> {
          try (Arena arena = Arena.ofConfined()) {
            LinuxCalls.bindThreadToCpu(cpu);
            MemorySegment messages = what.apply(arena);
            int socket = LinuxCalls.socket(family, type);
            if (family == AF_PACKET) {
              MemorySegment one = arena.allocateFrom(JAVA_INT, 1);
              LinuxCalls.call(
                  "setsockopt", SET_OPTION, socket, SOL_PACKET, PACKET_QDISC_BYPASS, one, 4);
            }
            try {
              long start = System.nanoTime();
              int sent = 0;
              while (sent < packets) {
                while (sent * 1e9 > perSecond * (System.nanoTime() - start)) {
                  Thread.onSpinWait();
                }
                sent += (int) SENDMMSG.invokeExact(socket, messages, BATCH, 0);
              }
              return sent * 1e9 / (System.nanoTime() - start);
            } catch (Throwable e) {
              throw new IllegalStateException("sendmmsg", e);
            } finally {
              LinuxCalls.close(socket);
            }
          }
        });
  }

  private static MemorySegment datagrams(Arena arena) {
    MemorySegment name = arena.allocate(16, 8);
    name.set(JAVA_SHORT, 0, (short) AF_INET);
    name.set(JAVA_SHORT, 2, Short.reverseBytes((short) 7001));
    name.asSlice(4, 4).copyFrom(MemorySegment.ofArray(new byte[] {(byte) 192, 0, 2, 2}));
    return messages(arena, name, arena.allocate(PAYLOAD));
  }

  // struct sockaddr_ll: u16 family, be16 protocol, i32 ifindex, u16 hatype, u8 pkttype, u8 halen,
  // address.
  private static MemorySegment frames(Arena arena) {
    byte[] frame = new byte[60];
    System.arraycopy(new byte[] {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}, 0, frame, 0, 12);
    frame[12] = (byte) (FRAME_PROTOCOL >> 8);
    frame[13] = (byte) FRAME_PROTOCOL;
    MemorySegment name = arena.allocate(20, 8);
    name.set(JAVA_SHORT, 0, (short) AF_PACKET);
    name.set(JAVA_SHORT, 2, Short.reverseBytes((short) FRAME_PROTOCOL));
    name.set(JAVA_INT, 4, NetworkDevices.ifindex("eth0").orElseThrow());
    name.set(JAVA_BYTE, 11, (byte) 6);
    return messages(arena, name, arena.allocateFrom(JAVA_BYTE, frame));
  }

  // struct mmsghdr: struct msghdr of 56 bytes (name, its length, iovec, their number, control,
  // flags), u32 sent, padding.
  private static MemorySegment messages(Arena arena, MemorySegment name, MemorySegment bytes) {
    MemorySegment data = arena.allocate(16, 8);
    data.set(ADDRESS, 0, bytes);
    data.set(JAVA_LONG, 8, bytes.byteSize());
    MemorySegment messages = arena.allocate(64L * BATCH, 8);
    for (int i = 0; i < BATCH; i++) {
      messages.set(ADDRESS, 64L * i, name);
      messages.set(JAVA_INT, 64L * i + 8, (int) name.byteSize());
      messages.set(ADDRESS, 64L * i + 16, data);
      messages.set(JAVA_LONG, 64L * i + 24, 1);
    }
    return messages;
  }

  @Override
  public void close() {
    testbed.close();
  }
}
