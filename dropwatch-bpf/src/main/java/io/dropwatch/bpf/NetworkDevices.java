package io.dropwatch.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.OptionalInt;

/**
 * Numbers of network devices, by which eBPF programs know them.
 *
 * <p>{@link java.net.NetworkInterface} finds only devices that have an address, and /sys shows the
 * devices of the network namespace in which it was mounted, so this asks libc.
 */
public final class NetworkDevices {
  private static final MethodHandle IF_NAMETOINDEX =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("if_nametoindex"),
              FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));

  private NetworkDevices() {}

  /**
   * {@return the number of a device in the calling thread's network namespace; empty if there is
   * none of this name}
   */
  public static OptionalInt ifindex(String name) {
    if (name.indexOf('\0') >= 0) {
      return OptionalInt.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      int index = (int) IF_NAMETOINDEX.invokeExact(arena.allocateFrom(name));
      return index == 0 ? OptionalInt.empty() : OptionalInt.of(index);
    } catch (Throwable e) {
      throw new AssertionError("if_nametoindex throws nothing", e);
    }
  }
}
