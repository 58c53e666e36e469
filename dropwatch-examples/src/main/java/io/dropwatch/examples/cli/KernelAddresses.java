package io.dropwatch.examples.cli;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Values of {@code --kernel-addresses}, as users write them: whether events are written with kernel
 * addresses, which reveal where the kernel is in memory.
 */
enum KernelAddresses {
  always,
  never,
  /** If root writes them, and not to a file that others can read. */
  auto;

  private static final Path STDOUT = Path.of("/proc/self/fd/1");

  // inode(7)
  private static final int S_IFMT = 0170000;
  private static final int S_IFREG = 0100000;
  private static final int S_IFIFO = 0010000;
  private static final int S_IFCHR = 0020000;
  private static final int READABLE_BY_OTHERS = 0044;

  private static final MethodHandle GETEUID =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("geteuid"),
              FunctionDescriptor.of(JAVA_INT));

  /** Returns whether events on stdout have them. */
  boolean onStdout() {
    return switch (this) {
      case always -> true;
      case never -> false;
      case auto -> isRoot() && isStdoutPrivate();
    };
  }

  /** Returns whether events for a daemon, through a socket, have them. */
  boolean toDaemon() {
    return switch (this) {
      case always -> true;
      case never -> false;
      case auto -> isRoot();
    };
  }

  /**
   * Whether stdout is a terminal or another device, a pipe, or a file that its owner alone reads.
   */
  private static boolean isStdoutPrivate() {
    try {
      int mode = (int) Files.getAttribute(STDOUT, "unix:mode");
      return switch (mode & S_IFMT) {
        case S_IFCHR -> true;
        // The bits of the group also bound what an access control list grants: acl(5).
        case S_IFREG, S_IFIFO -> (mode & READABLE_BY_OTHERS) == 0;
        // A socket, such as that of the journal.
        default -> false;
      };
    } catch (IOException _) {
      return false;
    }
  }

  private static boolean isRoot() {
    try {
      return (int) GETEUID.invokeExact() == 0;
    } catch (Throwable e) {
      throw new AssertionError("geteuid throws nothing", e);
    }
  }
}
