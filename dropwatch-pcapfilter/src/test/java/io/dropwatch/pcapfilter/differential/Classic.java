package io.dropwatch.pcapfilter.differential;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.oracle.LibpcapProgram;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import org.jspecify.annotations.Nullable;

/** A filter's classic program, run by libpcap. */
final class Classic implements AutoCloseable {
  private final @Nullable LibpcapProgram program;

  private Classic(@Nullable LibpcapProgram program) {
    this.program = program;
  }

  /** The program; without one when the filter is refused as too large for classic BPF. */
  static Classic of(PcapFilter filter) {
    byte[] program;
    try {
      program = filter.classicBpf().toBytes();
    } catch (UnsupportedOperationException refusal) {
      String words = String.valueOf(refusal.getMessage());
      assertTrue(words.contains("4096") || words.contains("16 scratch words"), words);
      return new Classic(null);
    }
    return new Classic(new LibpcapProgram(program));
  }

  /** Whether there is a program. */
  boolean isThere() {
    return program != null;
  }

  /** The program's verdict; without a program {@code otherwise}. */
  boolean matches(SamplePacket packet, boolean otherwise) {
    return program == null ? otherwise : program.matches(packet.bytes(), packet.wireLength());
  }

  @Override
  public void close() {
    if (program != null) {
      program.close();
    }
  }
}
