package io.dropwatch.examples.testbed;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * System calls that the JDK does not offer: setns(2), sched_setaffinity(2), packet(7) sockets and
 * if_nametoindex(3). A failed call is a {@link TestbedException} with the text of its errno.
 */
public final class LinuxCalls {
  /** {@code CLONE_NEWNET} of {@code linux/sched.h}. */
  private static final int CLONE_NEWNET = 0x4000_0000;

  private static final int EPERM = 1;
  private static final int EACCES = 13;
  private static final int O_RDONLY_CLOEXEC = 0x8_0000;
  private static final int AF_PACKET = 17;
  private static final int SOCK_RAW_CLOEXEC = 3 | 0x8_0000;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemoryLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = CALL_STATE.varHandle(PathElement.groupElement("errno"));

  private static final MethodHandle OPEN =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("open"),
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
          Linker.Option.captureCallState("errno"),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE = handle("close", JAVA_INT);
  private static final MethodHandle SETNS = handle("setns", JAVA_INT, JAVA_INT);
  private static final MethodHandle SOCKET = handle("socket", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle BIND = handle("bind", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SCHED_SETAFFINITY =
      handle("sched_setaffinity", JAVA_INT, JAVA_LONG, ADDRESS);
  private static final MethodHandle IF_NAMETOINDEX = handle("if_nametoindex", ADDRESS);
  private static final MethodHandle STRERROR =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("strerror"),
          FunctionDescriptor.of(
              ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(128, JAVA_BYTE)), JAVA_INT));
  private static final MethodHandle SEND =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("send"),
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
          Linker.Option.captureCallState("errno"));

  private LinuxCalls() {}

  /** Lets the calling thread run on this CPU only. */
  public static void bindThreadToCpu(int cpu) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment mask = arena.allocate(128, 8);
      mask.set(JAVA_BYTE, cpu / 8, (byte) (1 << (cpu % 8)));
      int result = (int) SCHED_SETAFFINITY.invokeExact(state, 0, mask.byteSize(), mask);
      checked("sched_setaffinity to CPU " + cpu, state, result);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** Moves the calling thread into the network namespace at {@code path}. */
  static void enterNetworkNamespace(String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int fd =
          checked(
              "open " + path,
              state,
              (int) OPEN.invokeExact(state, arena.allocateFrom(path), O_RDONLY_CLOEXEC));
      try {
        int done = (int) SETNS.invokeExact(state, fd, CLONE_NEWNET);
        checked("setns to " + path, state, done);
      } finally {
        close(fd);
      }
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** Opens a packet(7) socket that sends whole frames through a device and receives nothing. */
  static int packetSocket(int ifindex) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int fd =
          checked(
              "socket(AF_PACKET)",
              state,
              (int) SOCKET.invokeExact(state, AF_PACKET, SOCK_RAW_CLOEXEC, 0));
      // struct sockaddr_ll: family u16, protocol be16 (0: receive nothing), ifindex s32; bind does
      // not use the other 12 bytes.
      MemorySegment address = arena.allocate(20, 4);
      address.set(JAVA_SHORT, 0, (short) AF_PACKET);
      address.set(JAVA_INT, 4, ifindex);
      int bound = (int) BIND.invokeExact(state, fd, address, 20);
      checked("bind a packet socket to device " + ifindex, state, bound);
      return fd;
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  static void send(int fd, MemorySegment frame) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      long sent = (long) SEND.invokeExact(state, fd, frame, frame.byteSize(), 0);
      checked("send a frame of " + frame.byteSize() + " bytes", state, (int) sent);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  static void close(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      int done = (int) CLOSE.invokeExact(arena.allocate(CALL_STATE), fd);
      assert done == 0;
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** Returns the ifindex of a device in the calling thread's network namespace. */
  static int ifindex(String device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int index = (int) IF_NAMETOINDEX.invokeExact(state, arena.allocateFrom(device));
      return checked("if_nametoindex " + device, state, index == 0 ? -1 : index);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private static int checked(String operation, MemorySegment state, int result) throws Throwable {
    if (result >= 0) {
      return result;
    }
    int errno = (int) ERRNO.get(state, 0L);
    MemorySegment text = (MemorySegment) STRERROR.invokeExact(errno);
    String remedy = errno == EPERM || errno == EACCES ? "; run as root" : "";
    throw new TestbedException(operation + ": " + text.getString(0) + remedy);
  }

  private static MethodHandle handle(String name, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(JAVA_INT, arguments),
        Linker.Option.captureCallState("errno"));
  }

  private static RuntimeException rethrown(Throwable e) {
    return switch (e) {
      case RuntimeException unchecked -> unchecked;
      case Error error -> throw error;
      default -> new TestbedException("native call", e);
    };
  }
}
