package io.dropwatch.pcapfilter.oracle;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * Debian's libpcap, the oracle of the differential tests.
 *
 * <p>Every compilation has a {@code pcap_t} of its own, so any number of threads may compile and
 * evaluate at once. libpcap asks the machine's resolver for the names in an expression.
 *
 * <p>Source: pcap_compile(3PCAP), pcap_open_dead(3PCAP), {@code bpf_filter} in pcap/bpf.h.
 */
public final class Libpcap {
  private static final String LIBRARY = "libpcap.so.0.8";

  /** As tcpdump passes; also the number that an accepting program returns. */
  private static final int SNAPLEN = 262_144;

  /** PCAP_NETMASK_UNKNOWN: {@code ip broadcast} is refused, as we refuse it. */
  private static final int NETMASK_UNKNOWN = 0xffff_ffff;

  /** struct bpf_program: u_int bf_len; struct bpf_insn *bf_insns. */
  static final MemoryLayout BPF_PROGRAM =
      MemoryLayout.structLayout(JAVA_INT, MemoryLayout.paddingLayout(4), ADDRESS);

  private static final Arena LIBRARY_LIFE = Arena.global();

  private static final SymbolLookup SYMBOLS = open();

  private static final MethodHandle OPEN_DEAD =
      function("pcap_open_dead", FunctionDescriptor.of(ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle COMPILE =
      function(
          "pcap_compile",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle GET_ERROR =
      function("pcap_geterr", FunctionDescriptor.of(ADDRESS, ADDRESS));
  private static final MethodHandle FREE_CODE =
      function("pcap_freecode", FunctionDescriptor.ofVoid(ADDRESS));
  private static final MethodHandle CLOSE =
      function("pcap_close", FunctionDescriptor.ofVoid(ADDRESS));

  /** bpf_filter(insns, packet, wire length, captured length); critical: it reads a Java array. */
  static final MethodHandle BPF_FILTER =
      function(
          "bpf_filter",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT),
          Linker.Option.critical(true));

  /** bpf_image(instruction, its number): a line of {@code tcpdump -d}. */
  static final MethodHandle BPF_IMAGE =
      function("bpf_image", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));

  /** bpf_validate(instructions, count): whether libpcap would run the program. */
  static final MethodHandle BPF_VALIDATE =
      function("bpf_validate", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

  private Libpcap() {}

  /** What the first byte of a packet is; libpcap's DLT_ numbers. */
  public enum Dlt {
    /** The packet starts at the Ethernet header. */
    EN10MB(1),
    /** The packet starts at the IPv4 or IPv6 header. */
    RAW(12),
    /** What {@code tcpdump -i any} captures. */
    LINUX_SLL(113),
    /** The same, version 2. */
    LINUX_SLL2(276),
    /** BSD loopback. */
    NULL(0),
    /** OpenBSD loopback. */
    LOOP(108);

    private final int number;

    Dlt(int number) {
      this.number = number;
    }

    /** The DLT_ number, which is the LINKTYPE_ number of capture files but for raw IP. */
    public int number() {
      return number;
    }
  }

  /** What libpcap does between the syntax tree and the program it gives back. */
  public enum Mode {
    /** The definition of the language: every load that the expression says is there. */
    UNOPTIMIZED,
    /** For counting instructions only: the optimizer may remove a load that would have failed. */
    OPTIMIZED
  }

  /**
   * Compiles an expression.
   *
   * @throws LibpcapRefusal with libpcap's words when it does not accept the expression
   */
  public static LibpcapFilter compile(String expression, Dlt dlt, Mode mode) {
    return compile(expression, dlt, mode, NETMASK_UNKNOWN);
  }

  /**
   * Compiles an expression.
   *
   * @param netmask for {@code ip broadcast}, in host order
   * @throws LibpcapRefusal with libpcap's words when it does not accept the expression
   */
  public static LibpcapFilter compile(String expression, Dlt dlt, Mode mode, int netmask) {
    Arena life = Arena.ofShared();
    try {
      MemorySegment program = life.allocate(BPF_PROGRAM);
      MemorySegment handle = (MemorySegment) OPEN_DEAD.invokeExact(dlt.number, SNAPLEN);
      try {
        int status =
            (int)
                COMPILE.invokeExact(
                    handle,
                    program,
                    life.allocateFrom(expression),
                    mode == Mode.OPTIMIZED ? 1 : 0,
                    netmask);
        if (status != 0) {
          MemorySegment words = (MemorySegment) GET_ERROR.invokeExact(handle);
          throw new LibpcapRefusal(expression, words.reinterpret(256).getString(0));
        }
        return new LibpcapFilter(expression, life, program);
      } finally {
        CLOSE.invokeExact(handle);
      }
    } catch (LibpcapRefusal refusal) {
      life.close();
      throw refusal;
    } catch (Throwable failure) {
      life.close();
      throw new IllegalStateException("pcap_compile of \"" + expression + "\" failed", failure);
    }
  }

  static void freeCode(MemorySegment program) {
    try {
      FREE_CODE.invokeExact(program);
    } catch (Throwable failure) {
      throw new IllegalStateException("pcap_freecode failed", failure);
    }
  }

  private static SymbolLookup open() {
    try {
      return SymbolLookup.libraryLookup(LIBRARY, LIBRARY_LIFE);
    } catch (IllegalArgumentException missing) {
      throw new IllegalStateException(
          LIBRARY
              + " not found, and without it nothing says what a filter means."
              + " Install it: apt-get install libpcap0.8",
          missing);
    }
  }

  private static MethodHandle function(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    MemorySegment address =
        SYMBOLS
            .find(name)
            .orElseThrow(() -> new IllegalStateException(LIBRARY + " has no function " + name));
    return Linker.nativeLinker().downcallHandle(address, descriptor, options);
  }
}
