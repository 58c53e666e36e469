package io.dropwatch.bpf;

import static java.lang.invoke.MethodType.methodType;

import io.dropwatch.bpf.libbpf.gen.LibbpfHeaders;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * The print callback of libbpf, {@code int (*)(enum libbpf_print_level, const char *format,
 * va_list)}. It passes the text to {@link NativeLog}.
 *
 * <p>A {@code va_list} parameter is a pointer both on x86-64 (array of one 24-byte struct) and on
 * arm64 (32-byte struct passed by reference); jextract omits functions with one.
 */
final class PrintCallback {
  private static final AddressLayout POINTER = LibbpfHeaders.C_POINTER;
  private static final FunctionDescriptor CALLBACK =
      FunctionDescriptor.of(LibbpfHeaders.C_INT, LibbpfHeaders.C_INT, POINTER, POINTER);
  private static final long VA_LIST_BYTES =
      System.getProperty("os.arch", "").equals("aarch64") ? 32 : 24;

  /** The log buffer of libbpf has at most 16 MiB. */
  private static final int MAX_TEXT = 1 << 25;

  /** Linked at the first output only, because linking takes milliseconds. */
  private static final class Vsnprintf {
    static final MethodHandle HANDLE =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("vsnprintf"),
                FunctionDescriptor.of(
                    LibbpfHeaders.C_INT, POINTER, LibbpfHeaders.C_LONG, POINTER, POINTER));
  }

  /** A literal, which is the same object for all class loaders. */
  private static final Object PROCESS = "io.dropwatch.bpf: the print callback of libbpf";

  private PrintCallback() {}

  /**
   * Runs one call of libbpf with this callback set, and sets the one before it again.
   *
   * <p>One call at a time in the process: the callback belongs to the process, and other class
   * loaders may have loaded this class too.
   */
  static long during(LongSupplier call) {
    synchronized (PROCESS) {
      MemorySegment before = LibbpfHeaders.libbpf_set_print(Stub.ADDRESS);
      try {
        return call.getAsLong();
      } finally {
        MemorySegment own = LibbpfHeaders.libbpf_set_print(before);
        assert own.equals(Stub.ADDRESS) : own;
      }
    }
  }

  /**
   * The native function. Another thread of the process may still be about to call it after it was
   * replaced, so it lives as long as this class: the garbage collector frees it with the class
   * loader. The JVM has a strong reference to the target of each stub, so the target has only a
   * weak one to this class.
   */
  private static final class Stub {
    static final MethodHandle PRINT = print();
    static final MemorySegment ADDRESS =
        Linker.nativeLinker().upcallStub(weak(PRINT), CALLBACK, Arena.ofAuto());

    private static MethodHandle print() {
      try {
        return MethodHandles.lookup()
            .findStatic(PrintCallback.class, "print", CALLBACK.toMethodType());
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(e.getMessage(), e);
      }
    }

    /** {@return a handle that calls another one, or returns 0 after that was collected} */
    private static MethodHandle weak(MethodHandle handle) {
      MethodHandle call = MethodHandles.exactInvoker(handle.type());
      try {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        MethodHandle get =
            lookup
                .findVirtual(WeakReference.class, "get", methodType(Object.class))
                .bindTo(new WeakReference<>(handle))
                .asType(methodType(MethodHandle.class));
        MethodHandle present =
            lookup
                .findStatic(Objects.class, "nonNull", methodType(boolean.class, Object.class))
                .asType(methodType(boolean.class, MethodHandle.class));
        MethodHandle nothing =
            MethodHandles.dropArguments(
                MethodHandles.constant(int.class, 0), 0, call.type().parameterList());
        return MethodHandles.foldArguments(
            MethodHandles.guardWithTest(present, call, nothing), get);
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(e.getMessage(), e);
      }
    }
  }

  @SuppressWarnings("UnusedMethod") // called by libbpf
  private static int print(int level, MemorySegment format, MemorySegment arguments) {
    // An exception that leaves an upcall ends the JVM.
    try {
      if (level != LibbpfHeaders.LIBBPF_DEBUG() && NativeLog.isCollecting()) {
        NativeLog.print(format(format, arguments));
      }
    } catch (Throwable _) {
      return 0;
    }
    return 0;
  }

  private static String format(MemorySegment format, MemorySegment arguments) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      // vsnprintf consumes its va_list, so the first call, which only measures, gets a copy.
      MemorySegment copy = arena.allocate(VA_LIST_BYTES, Long.BYTES);
      copy.copyFrom(arguments.reinterpret(VA_LIST_BYTES));
      int length = (int) Vsnprintf.HANDLE.invokeExact(MemorySegment.NULL, 0L, format, copy);
      long size = Math.clamp(length, 0, MAX_TEXT) + 1L;
      MemorySegment text = arena.allocate(size);
      int written = (int) Vsnprintf.HANDLE.invokeExact(text, size, format, arguments);
      return written < 0
          ? ""
          : new String(
              text.toArray(ValueLayout.JAVA_BYTE),
              0,
              (int) Math.min(written, size - 1),
              StandardCharsets.UTF_8);
    }
  }
}
