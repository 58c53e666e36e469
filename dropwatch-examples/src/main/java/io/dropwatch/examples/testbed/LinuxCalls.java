package io.dropwatch.examples.testbed;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.dropwatch.bpf.NetworkDevices;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * System calls that the JDK does not offer: setns(2), sched_setaffinity(2), packet(7) sockets. A
 * failed call is a {@link TestbedException} with the text of its errno.
 */
public final class LinuxCalls {
  /** {@code AF_PACKET} of {@code linux/socket.h}. */
  public static final int AF_PACKET = 17;

  /** {@code SOCK_RAW}, and {@code SOCK_CLOEXEC} as the JDK sets it. */
  public static final int SOCK_RAW_CLOEXEC = 3 | 0x8_0000;

  /** {@code CLONE_NEWNET} of {@code linux/sched.h}. */
  private static final int CLONE_NEWNET = 0x4000_0000;

  private static final int EPERM = 1;
  private static final int EACCES = 13;
  private static final int O_RDONLY_CLOEXEC = 0x8_0000;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemoryLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = CALL_STATE.varHandle(PathElement.groupElement("errno"));

  private static final MethodHandle OPEN =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("open"),
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
          Linker.Option.captureCallState("errno"),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE = function("close", JAVA_INT, JAVA_INT);
  private static final MethodHandle SETNS = function("setns", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle SOCKET =
      function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle BIND = function("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SCHED_SETAFFINITY =
      function("sched_setaffinity", JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
  private static final MethodHandle SEND =
      function("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle STRERROR =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("strerror"),
          FunctionDescriptor.of(
              ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(128, JAVA_BYTE)), JAVA_INT));

  private LinuxCalls() {}

  /** Returns a function of libc, for {@link #call}. */
  public static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, arguments),
        Linker.Option.captureCallState("errno"));
  }

  /**
   * Calls a function that returns a negative number when it fails.
   *
   * @param operation for the message of a failure
   */
  public static int call(String operation, MethodHandle function, Object... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      Number result = (Number) function.bindTo(state).invokeWithArguments(arguments);
      if (result.longValue() >= 0) {
        return result.intValue();
      }
      throw failure(operation, (int) ERRNO.get(state, 0L));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new TestbedException("native call", e);
    }
  }

  private static TestbedException failure(String operation, int errno) throws Throwable {
    MemorySegment text = (MemorySegment) STRERROR.invokeExact(errno);
    String remedy = errno == EPERM || errno == EACCES ? "; run as root" : "";
    return new TestbedException(operation + ": " + text.getString(0) + remedy);
  }

  /** Lets the calling thread run on this CPU only. */
  public static void bindThreadToCpu(int cpu) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocate(128, 8);
      mask.set(JAVA_BYTE, cpu / 8, (byte) (1 << (cpu % 8)));
      call("sched_setaffinity to CPU " + cpu, SCHED_SETAFFINITY, 0, mask.byteSize(), mask);
    }
  }

  /** Moves the calling thread into the network namespace at {@code path}. */
  static void enterNetworkNamespace(String path) {
    try (Arena arena = Arena.ofConfined()) {
      int fd = call("open " + path, OPEN, arena.allocateFrom(path), O_RDONLY_CLOEXEC);
      try {
        call("setns to " + path, SETNS, fd, CLONE_NEWNET);
      } finally {
        close(fd);
      }
    }
  }

  /** Opens a socket, see socket(2). */
  public static int socket(int family, int type) {
    return call("socket", SOCKET, family, type, 0);
  }

  /** Opens a packet(7) socket that sends whole frames through a device and receives nothing. */
  static int packetSocket(int ifindex) {
    int fd = socket(AF_PACKET, SOCK_RAW_CLOEXEC);
    try (Arena arena = Arena.ofConfined()) {
      // struct sockaddr_ll: family u16, protocol be16 (0: receive nothing), ifindex s32; bind does
      // not use the other 12 bytes.
      MemorySegment address = arena.allocate(20, 4);
      address.set(JAVA_SHORT, 0, (short) AF_PACKET);
      address.set(JAVA_INT, 4, ifindex);
      call("bind a packet socket to device " + ifindex, BIND, fd, address, 20);
    }
    return fd;
  }

  static void send(int fd, MemorySegment frame) {
    long length = frame.byteSize();
    call("send a frame of " + length + " bytes", SEND, fd, frame, length, 0);
  }

  /** Closes a file descriptor. */
  public static void close(int fd) {
    call("close", CLOSE, fd);
  }

  /** Returns the ifindex of a device in the calling thread's network namespace. */
  static int ifindex(String device) {
    return NetworkDevices.ifindex(device)
        .orElseThrow(() -> new TestbedException("if_nametoindex " + device + ": No such device"));
  }
}
