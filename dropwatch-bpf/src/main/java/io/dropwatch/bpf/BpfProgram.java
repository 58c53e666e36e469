package io.dropwatch.bpf;

import io.dropwatch.bpf.libbpf.gen.bpf_prog_info;
import io.dropwatch.bpf.libbpf.gen.bpf_test_run_opts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

/** A program of a {@link BpfObject}, valid until the object is closed. Safe for any thread. */
public final class BpfProgram {
  private final BpfObject object;
  private final String name;
  private final MemorySegment handle;

  BpfProgram(BpfObject object, String name, MemorySegment handle) {
    this.object = object;
    this.name = name;
    this.handle = handle;
  }

  /** {@return the name of the C function} */
  public String name() {
    return name;
  }

  /**
   * {@return the ELF section, which names what the program attaches to, such as {@code
   * tp_btf/kfree_skb}}
   *
   * @throws IllegalStateException if the object is closed
   */
  public String section() {
    synchronized (object.lock()) {
      object.requireOpenHandle();
      return LibbpfCalls.programSection(handle);
    }
  }

  /**
   * Sets whether {@link BpfObject#load} loads this program. By default libbpf loads all programs
   * except those whose section begins with a question mark.
   *
   * @return this
   * @throws IllegalStateException if the object has been loaded or closed
   */
  public BpfProgram autoload(boolean load) {
    synchronized (object.lock()) {
      object.whileOpen("set autoload of program " + name);
      NativeCall.check(
          "cannot set autoload of program " + name, () -> LibbpfCalls.setAutoload(handle, load));
      return this;
    }
  }

  /**
   * Attaches the program to what its section names: {@code tp_btf/…}, {@code tracepoint/…}, {@code
   * raw_tp/…} and all others that bpf_program__attach() supports.
   *
   * @return the link, which stays attached until it or the object is closed
   * @throws IllegalStateException if the object is not loaded
   * @throws BpfException if the kernel has no such target, or refuses
   */
  public BpfLink attach() {
    synchronized (object.lock()) {
      object.requireLoaded("attach program " + name);
      String section = LibbpfCalls.programSection(handle);
      long link =
          NativeCall.logged(
              "cannot attach program " + name + " to " + section,
              () -> LibbpfCalls.attach(handle),
              errno -> Preflight.attachCause(section, errno));
      return new BpfLink(object, name + " to " + section, MemorySegment.ofAddress(link));
    }
  }

  /**
   * {@return the file descriptor, which the object owns: do not close it}
   *
   * @throws IllegalStateException if the object is not loaded
   * @throws BpfException if this program was not loaded, see {@link #autoload}
   */
  public int fd() {
    synchronized (object.lock()) {
      object.requireLoaded("use program " + name);
      return (int)
          NativeCall.check("cannot use program " + name, () -> LibbpfCalls.programFd(handle));
    }
  }

  /**
   * Runs the program once, by BPF_PROG_TEST_RUN.
   *
   * @param packet an Ethernet frame of at least 14 bytes, for the program types that take one (tc,
   *     XDP, socket filter); empty for others, such as {@code syscall}
   * @throws IllegalStateException if the object is not loaded
   * @throws BpfException if the kernel cannot run programs of this type, or refuses the packet
   */
  public TestRun testRun(byte[] packet) {
    return testRun(packet, new byte[0], 1);
  }

  /**
   * Runs the program several times, by BPF_PROG_TEST_RUN.
   *
   * @param packet as in {@link #testRun(byte[])}
   * @param context the context of the program (for tc {@code struct __sk_buff}); empty for none
   * @param repeat the number of runs, at least 1; 1 without a packet, as the kernel repeats only
   *     runs on packets
   * @throws IllegalArgumentException if repeat is out of range
   * @throws IllegalStateException if the object is not loaded
   * @throws BpfException if the kernel cannot run programs of this type, or refuses the packet
   */
  public TestRun testRun(byte[] packet, byte[] context, int repeat) {
    if (repeat < 1 || (packet.length == 0 && repeat > 1)) {
      throw new IllegalArgumentException(
          "repeat must be at least 1, and 1 without a packet, was " + repeat);
    }
    synchronized (object.lock()) {
      int fd = fd();
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment options = arena.allocate(bpf_test_run_opts.layout());
        bpf_test_run_opts.sz(options, options.byteSize());
        MemorySegment out = arena.allocate(packet.length + 512L);
        if (packet.length > 0) {
          bpf_test_run_opts.data_in(options, arena.allocateFrom(ValueLayout.JAVA_BYTE, packet));
          bpf_test_run_opts.data_size_in(options, packet.length);
          bpf_test_run_opts.data_out(options, out);
          bpf_test_run_opts.data_size_out(options, (int) out.byteSize());
        }
        if (context.length > 0) {
          bpf_test_run_opts.ctx_in(options, arena.allocateFrom(ValueLayout.JAVA_BYTE, context));
          bpf_test_run_opts.ctx_size_in(options, context.length);
        }
        // Without a packet the kernel accepts only zero.
        bpf_test_run_opts.repeat(options, packet.length > 0 ? repeat : 0);
        NativeCall.check("cannot run program " + name, () -> LibbpfCalls.testRun(fd, options));
        int written = packet.length > 0 ? bpf_test_run_opts.data_size_out(options) : 0;
        return new TestRun(
            bpf_test_run_opts.retval(options),
            out.asSlice(0, written).toArray(ValueLayout.JAVA_BYTE),
            Duration.ofNanos(bpf_test_run_opts.duration(options) & 0xffff_ffffL));
      }
    }
  }

  /**
   * {@return what the kernel reports about this program}
   *
   * @throws IllegalStateException if the object is not loaded
   * @throws BpfException if this program was not loaded, or the kernel refuses
   */
  public ProgramInfo info() {
    synchronized (object.lock()) {
      int fd = fd();
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment info = arena.allocate(bpf_prog_info.layout());
        NativeCall.check("cannot query program " + name, () -> LibbpfCalls.objectInfo(fd, info));
        return new ProgramInfo(info);
      }
    }
  }

  /**
   * {@return the number of events missed because the program was already running on that CPU}
   *
   * @throws IllegalStateException if the object is not loaded
   * @throws BpfException if this program was not loaded, or the kernel refuses
   */
  public long recursionMisses() {
    return info().recursionMisses();
  }
}
