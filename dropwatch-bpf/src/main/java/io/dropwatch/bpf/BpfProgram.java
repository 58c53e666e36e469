package io.dropwatch.bpf;

import io.dropwatch.bpf.libbpf.gen.bpf_prog_info;
import io.dropwatch.bpf.libbpf.gen.bpf_test_run_opts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

/** A program of a {@link BpfObject}, alive as long as the object is. Safe for any thread. */
public final class BpfProgram {
  private final BpfObject object;
  private final String name;
  private final MemorySegment handle;

  BpfProgram(BpfObject object, String name, MemorySegment handle) {
    this.object = object;
    this.name = name;
    this.handle = handle;
  }

  /** {@return the C function's name} */
  public String name() {
    return name;
  }

  /**
   * {@return its ELF section, which says what it attaches to, for instance {@code
   * tp_btf/kfree_skb}}
   */
  public String section() {
    synchronized (object.lock()) {
      object.requireOpenHandle();
      return Downcalls.programSection(handle);
    }
  }

  /**
   * Chooses whether {@link BpfObject#load} loads it. Without choice libbpf loads all but those
   * whose section begins with a question mark.
   *
   * @return this
   * @throws IllegalStateException if the object is not merely open
   */
  public BpfProgram autoload(boolean load) {
    synchronized (object.lock()) {
      object.whileOpen("choose program " + name);
      Attempt.run("cannot choose program " + name, () -> Downcalls.setAutoload(handle, load));
      return this;
    }
  }

  /**
   * Attaches it to what its section names: {@code tp_btf/…}, {@code tracepoint/…}, {@code raw_tp/…}
   * and whatever else libbpf attaches by itself.
   *
   * @throws BpfException if the kernel has no such place, or refuses
   * @throws IllegalStateException if the object is not loaded
   */
  public BpfLink attach() {
    synchronized (object.lock()) {
      object.requireLoaded("attach program " + name);
      String section = Downcalls.programSection(handle);
      long link =
          Attempt.run(
              "cannot attach program " + name + " to " + section,
              () -> Downcalls.attach(handle),
              errno -> Preflight.attachCause(section, errno));
      return new BpfLink(object, name + " to " + section, MemorySegment.ofAddress(link));
    }
  }

  /**
   * {@return its file descriptor, which stays this object's: do not close it}
   *
   * @throws BpfException if the program was not chosen to be loaded
   * @throws IllegalStateException if the object is not loaded
   */
  public int fd() {
    synchronized (object.lock()) {
      object.requireLoaded("use program " + name);
      return (int) Attempt.run("cannot use program " + name, () -> Downcalls.programFd(handle));
    }
  }

  /**
   * Runs it once on a packet: BPF_PROG_TEST_RUN. For program types that take one (tc, XDP, socket
   * filter) the packet is an Ethernet frame of 14 bytes or more; for {@code syscall} programs give
   * an empty one.
   *
   * @throws BpfException if the kernel cannot run a program of this type so
   */
  public TestRun testRun(byte[] packet) {
    return testRun(packet, new byte[0], 1);
  }

  /**
   * Runs it on a packet, some times over.
   *
   * @param packet see {@link #testRun(byte[])}; may be empty
   * @param context the program's context (for tc {@code struct __sk_buff}); empty for none
   * @param repeat how often, at least once
   * @throws BpfException if the kernel cannot run a program of this type so
   */
  public TestRun testRun(byte[] packet, byte[] context, int repeat) {
    if (repeat < 1) {
      throw new IllegalArgumentException("a program runs at least once, not " + repeat + " times");
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
        // Only packets can be run over and over; elsewhere the kernel wants zero.
        bpf_test_run_opts.repeat(options, packet.length > 0 ? repeat : 0);
        Attempt.run("cannot run program " + name, () -> Downcalls.testRun(fd, options));
        int written = packet.length > 0 ? bpf_test_run_opts.data_size_out(options) : 0;
        return new TestRun(
            bpf_test_run_opts.retval(options),
            out.asSlice(0, written).toArray(ValueLayout.JAVA_BYTE),
            Duration.ofNanos(bpf_test_run_opts.duration(options) & 0xffff_ffffL));
      }
    }
  }

  /**
   * {@return what the kernel knows of it}
   *
   * @throws BpfException if the kernel refuses
   */
  public ProgramInfo info() {
    synchronized (object.lock()) {
      int fd = fd();
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment info = arena.allocate(bpf_prog_info.layout());
        Attempt.run("cannot ask about program " + name, () -> Downcalls.objectInfo(fd, info));
        return ProgramInfo.of(info);
      }
    }
  }

  /**
   * {@return how often it was not run because it was already running on that CPU}
   *
   * @throws BpfException if the kernel refuses
   */
  public long recursionMisses() {
    return info().recursionMisses();
  }
}
