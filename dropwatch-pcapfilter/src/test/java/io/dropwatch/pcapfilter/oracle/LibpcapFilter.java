package io.dropwatch.pcapfilter.oracle;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One expression as libpcap compiled it. Any thread may ask for verdicts until it is closed. */
public final class LibpcapFilter implements AutoCloseable {
  private final String expression;
  private final Arena life;
  private final MemorySegment program;
  private final MemorySegment instructions;
  private boolean closed;

  LibpcapFilter(String expression, Arena life, MemorySegment program) {
    this.expression = expression;
    this.life = life;
    this.program = program;
    this.instructions = program.get(ADDRESS, 8);
  }

  /** How many classic BPF instructions the program has. */
  public int instructionCount() {
    return program.get(JAVA_INT, 0);
  }

  /**
   * libpcap's verdict.
   *
   * @param packet the captured bytes
   * @param wireLength what {@code len} is: the packet's length before it was cut, in bytes
   */
  public boolean matches(byte[] packet, int wireLength) {
    return matches(MemorySegment.ofArray(packet), wireLength);
  }

  /** The same for a packet in native memory, as libpcap itself sees one. */
  public boolean matches(MemorySegment packet, int wireLength) {
    try {
      int captured = (int) packet.byteSize();
      return (int) Libpcap.BPF_FILTER.invokeExact(instructions, packet, wireLength, captured) != 0;
    } catch (Throwable failure) {
      throw new IllegalStateException("bpf_filter of \"" + expression + "\" failed", failure);
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Libpcap.freeCode(program);
      life.close();
    }
  }
}
