package io.dropwatch.pcapfilter.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * A socket with a classic BPF program on it (SO_ATTACH_FILTER), and the way to send it bytes.
 *
 * <p>Of a pair of Unix datagram sockets: the kernel runs the program over exactly the bytes that
 * were sent. Of packet(7): over frames of a device. Source: socket(7), packet(7).
 */
public final class FilteredSocket implements AutoCloseable {
  /** The kernel wants packet protocols in network byte order; it is the same both ways. */
  private static final short ALL_PROTOCOLS = 0x0300;

  private static final int AF_UNIX = 1;
  private static final int AF_PACKET = 17;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_RAW = 3;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_ATTACH_FILTER = 26;
  private static final int CLONE_NEWNET = 0x4000_0000;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int LARGEST = 65_536;

  private static final MethodHandle SOCKET = call("socket", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle SOCKETPAIR =
      call("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle BIND = call("bind", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SETSOCKOPT =
      call("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle CLOSE = call("close", JAVA_INT);
  private static final MethodHandle UNSHARE = call("unshare", JAVA_INT);
  private static final MethodHandle SEND = transfer("send", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle RECV = transfer("recv", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);

  private final Arena life = Arena.ofConfined();
  private final MemorySegment buffer = life.allocate(LARGEST);
  private final int receiver;
  private final int sender;

  private FilteredSocket(int receiver, int sender, byte[] program) {
    this.receiver = receiver;
    this.sender = sender;
    attach(program);
  }

  /** What kind of packet socket. */
  public enum Kind {
    /** Bytes from the MAC header on. */
    RAW(SOCK_RAW),
    /** Bytes from the network header on. */
    COOKED(SOCK_DGRAM);

    private final int type;

    Kind(int type) {
      this.type = type;
    }
  }

  /** A pair of Unix sockets. */
  public static FilteredSocket pair(byte[] program) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment both = arena.allocate(8, 4);
      checked("socketpair", (int) SOCKETPAIR.invokeExact(AF_UNIX, SOCK_DGRAM, 0, both));
      return new FilteredSocket(both.get(JAVA_INT, 0), both.get(JAVA_INT, 4), program);
    } catch (Throwable failure) {
      throw rethrown(failure);
    }
  }

  /** A packet socket on a device of this thread's namespace, and another one that sends there. */
  public static FilteredSocket packet(Kind kind, int ifindex, byte[] program) {
    int receiver = socket(kind.type);
    int sender = socket(SOCK_RAW);
    FilteredSocket socket = new FilteredSocket(receiver, sender, program);
    bind(sender, ifindex, (short) 0);
    bind(receiver, ifindex, ALL_PROTOCOLS);
    return socket;
  }

  /** Gives the calling thread a network namespace of its own, in which {@code lo} is up. */
  public static void enterOwnNamespace() throws IOException, InterruptedException {
    try {
      checked("unshare", (int) UNSHARE.invokeExact(CLONE_NEWNET));
    } catch (Throwable failure) {
      throw rethrown(failure);
    }
    int status = new ProcessBuilder("ip", "link", "set", "lo", "up").inheritIO().start().waitFor();
    if (status != 0) {
      throw new IOException("ip link set lo up: exit status " + status);
    }
  }

  /** Sends bytes to it; those that the program rejects go nowhere, which is no error. */
  public void send(byte[] bytes) {
    try {
      MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
      long sent = (long) SEND.invokeExact(sender, buffer, (long) bytes.length, 0);
      checked("send " + bytes.length + " bytes", (int) sent);
    } catch (Throwable failure) {
      throw rethrown(failure);
    }
  }

  /** Whether something has come, which is then gone; does not wait. */
  public boolean received() {
    try {
      return (long) RECV.invokeExact(receiver, buffer, (long) LARGEST, MSG_DONTWAIT) >= 0;
    } catch (Throwable failure) {
      throw rethrown(failure);
    }
  }

  /** Everything that comes until nothing has come for a while. */
  public List<byte[]> receiveAll() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment wait = arena.allocate(16, 8);
      wait.set(JAVA_LONG, 8, 300_000);
      checked(
          "SO_RCVTIMEO", (int) SETSOCKOPT.invokeExact(receiver, SOL_SOCKET, SO_RCVTIMEO, wait, 16));
      List<byte[]> all = new ArrayList<>();
      while (true) {
        long length = (long) RECV.invokeExact(receiver, buffer, (long) LARGEST, 0);
        if (length < 0) {
          return all;
        }
        all.add(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
      }
    } catch (Throwable failure) {
      throw rethrown(failure);
    }
  }

  private void attach(byte[] program) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment filter = arena.allocate(program.length, 8);
      MemorySegment.copy(program, 0, filter, ValueLayout.JAVA_BYTE, 0, program.length);
      // struct sock_fprog: unsigned short len; struct sock_filter *filter.
      MemorySegment all = arena.allocate(16, 8);
      all.set(JAVA_SHORT, 0, (short) (program.length / 8));
      all.set(ADDRESS, 8, filter);
      checked(
          "SO_ATTACH_FILTER of " + program.length / 8 + " instructions",
          (int) SETSOCKOPT.invokeExact(receiver, SOL_SOCKET, SO_ATTACH_FILTER, all, 16));
    } catch (Throwable failure) {
      throw rethrown(failure);
    }
  }

  private static int socket(int type) {
    try {
      return checked("socket(AF_PACKET)", (int) SOCKET.invokeExact(AF_PACKET, type, 0));
    } catch (Throwable failure) {
      throw rethrown(failure);
    }
  }

  private static void bind(int fd, int ifindex, short protocol) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(20, 4);
      address.set(JAVA_SHORT, 0, (short) AF_PACKET);
      address.set(JAVA_SHORT, 2, protocol);
      address.set(JAVA_INT, 4, ifindex);
      checked("bind to device " + ifindex, (int) BIND.invokeExact(fd, address, 20));
    } catch (Throwable failure) {
      throw rethrown(failure);
    }
  }

  private static int checked(String operation, int result) {
    if (result < 0) {
      throw new IllegalStateException(operation + " failed");
    }
    return result;
  }

  private static MethodHandle call(String name, MemoryLayout... arguments) {
    return Linker.nativeLinker()
        .downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow(name),
            FunctionDescriptor.of(JAVA_INT, arguments));
  }

  private static MethodHandle transfer(String name, MemoryLayout... arguments) {
    return Linker.nativeLinker()
        .downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow(name),
            FunctionDescriptor.of(JAVA_LONG, arguments));
  }

  private static RuntimeException rethrown(Throwable failure) {
    return switch (failure) {
      case RuntimeException unchecked -> unchecked;
      case Error error -> throw error;
      default -> new IllegalStateException("native call", failure);
    };
  }

  @Override
  public void close() {
    try {
      checked("close", (int) CLOSE.invokeExact(receiver));
      checked("close", (int) CLOSE.invokeExact(sender));
    } catch (Throwable failure) {
      throw rethrown(failure);
    }
    life.close();
  }
}
