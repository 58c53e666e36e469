package io.dropwatch.bpf;

import static io.dropwatch.bpf.NativeCall.CAPTURE;
import static io.dropwatch.bpf.NativeCall.LINKER;
import static io.dropwatch.bpf.NativeCall.STATE;
import static io.dropwatch.bpf.NativeCall.result;
import static io.dropwatch.bpf.NativeCall.unexpected;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Calls for files that {@link java.nio.file.Files} does not have, or only at the price of an
 * exception for each file that is missing. They need no libbpf.
 */
public final class LinuxFiles {
  // uapi/asm-generic/fcntl.h, the same on x86-64 and arm64.
  private static final int O_CLOEXEC = 0x80000;
  private static final int O_PATH = 0x200000;

  /** enum fid_type of linux/exportfs.h: a 64-bit id of kernfs. */
  private static final int FILEID_KERNFS = 0xfe;

  /** struct file_handle: u32 handle_bytes, int handle_type, u8 f_handle[]. */
  private static final int HANDLE_HEAD_BYTES = 8;

  private static final int PATH_MAX = 4096;

  private static final MethodHandle READLINK =
      call("readlink", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG));
  private static final MethodHandle OPEN =
      call(
          "open",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle OPEN_BY_HANDLE =
      call("open_by_handle_at", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle CLOSE =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("close"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private LinuxFiles() {}

  private static MethodHandle call(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    MemorySegment function = LINKER.defaultLookup().findOrThrow(name);
    return options.length == 0
        ? LINKER.downcallHandle(function, descriptor, CAPTURE)
        : LINKER.downcallHandle(function, descriptor, CAPTURE, options[0]);
  }

  /**
   * {@return the target of a symbolic link (readlink(2)); null if there is no such link, or it may
   * not be read} Bytes that are not UTF-8 become U+FFFD.
   */
  public static @Nullable String readLink(String path) {
    if (path.indexOf('\0') >= 0) {
      return null;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(PATH_MAX);
      long length =
          (long)
              READLINK.invokeExact(
                  arena.allocate(STATE), arena.allocateFrom(path), target, target.byteSize());
      return length < 0
          ? null
          : new String(target.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * {@return the path of a cgroup (v2) below a mount of its hierarchy, {@code /} for the mount
   * itself; null if no cgroup below the mount has this id} The kernel looks it up by its number
   * (open_by_handle_at(2)); the time does not depend on the number of cgroups.
   *
   * @param mount mount point of the cgroup2 file system
   * @param id as of bpf_get_current_cgroup_id, unsigned: the inode number of the folder
   * @throws IOException if the mount cannot be opened or the kernel refuses: this needs
   *     CAP_DAC_READ_SEARCH in the initial user namespace
   */
  public static @Nullable String cgroupPath(Path mount, long id) throws IOException {
    int mountFd = -1;
    int fd = -1;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment name = arena.allocateFrom(mount.toString());
      mountFd = result((int) OPEN.invokeExact(state, name, O_CLOEXEC), state);
      requireOpened(mount, mountFd);
      MemorySegment handle = arena.allocate(HANDLE_HEAD_BYTES + Long.BYTES, Long.BYTES);
      handle.set(JAVA_INT, 0, Long.BYTES);
      handle.set(JAVA_INT, Integer.BYTES, FILEID_KERNFS);
      handle.set(JAVA_LONG_UNALIGNED, HANDLE_HEAD_BYTES, id);
      int flags = O_PATH | O_CLOEXEC;
      fd = result((int) OPEN_BY_HANDLE.invokeExact(state, mountFd, handle, flags), state);
      if (fd == -Errno.ESTALE || fd == -Errno.ENOENT) {
        return null;
      }
      requireOpened(mount, fd);
      return below(mount.toString(), readLink("/proc/self/fd/" + fd));
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw unexpected(e);
    } finally {
      close(fd);
      close(mountFd);
    }
  }

  private static @Nullable String below(String mount, @Nullable String folder) {
    if (folder == null || !folder.startsWith(mount)) {
      return null;
    }
    String path = folder.substring(mount.length());
    return path.isEmpty() ? "/" : path.startsWith("/") ? path : null;
  }

  private static void requireOpened(Path mount, int fd) throws IOException {
    if (fd < 0) {
      throw new IOException("cannot open a cgroup below %s: %s".formatted(mount, Errno.of(fd)));
    }
  }

  private static void close(int fd) {
    if (fd < 0) {
      return;
    }
    try {
      var _ = (int) CLOSE.invokeExact(fd);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }
}
