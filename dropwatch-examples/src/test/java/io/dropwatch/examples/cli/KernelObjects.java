package io.dropwatch.examples.cli;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** Asks the kernel whether BPF programs, links and maps exist. */
final class KernelObjects {
  private KernelObjects() {}

  /**
   * @param object kind and ID as in fdinfo, such as {@code prog_id 17}
   */
  static boolean exists(String object) {
    String kind = object.substring(0, object.indexOf('_'));
    int id = Integer.parseInt(object.substring(object.indexOf(' ') + 1));
    int fd =
        call(
            SymbolLookup.libraryLookup("libbpf.so.1", Arena.global()),
            "bpf_" + kind + "_get_fd_by_id",
            id);
    if (fd < 0) {
      return false;
    }
    int closed = call(Linker.nativeLinker().defaultLookup(), "close", fd);
    return closed == 0;
  }

  private static int call(SymbolLookup library, String function, int argument) {
    MethodHandle handle =
        Linker.nativeLinker()
            .downcallHandle(
                library.findOrThrow(function), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    try {
      return (int) handle.invokeExact(argument);
    } catch (Throwable e) {
      throw new AssertionError(function, e);
    }
  }
}
