package io.dropwatch.examples.lab;

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
 * The few system calls that the JDK has no name for: setns(2), packet(7) sockets,
 * if_nametoindex(3).
 *
 * <p>Every call returns what the C function returns or throws {@link LabException} with the error's
 * text.
 */
final class LinuxCalls {
  /** {@code CLONE_NEWNET} of {@code linux/sched.h}. */
  private static final int CLONE_NEWNET = 0x4000_0000;

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

  /** Moves the calling thread, and no other, into the network namespace that {@code path} names. */
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

  /** A packet(7) socket that sends whole frames through the device, and receives nothing. */
  static int packetSocket(int ifindex) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int fd =
          checked(
              "socket(AF_PACKET)",
              state,
              (int) SOCKET.invokeExact(state, AF_PACKET, SOCK_RAW_CLOEXEC, 0));
      // struct sockaddr_ll: family u16, protocol be16 (0: receive nothing), ifindex s32, 12 bytes
      // not used in bind.
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

  /** The index of a device of the calling thread's namespace. */
  static int interfaceIndex(String device) {
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
    MemorySegment text = (MemorySegment) STRERROR.invokeExact((int) ERRNO.get(state, 0L));
    throw new LabException(
        operation + ": " + text.getString(0) + " (namespaces and raw frames need root)");
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
      default -> new LabException("native call", e);
    };
  }
}
