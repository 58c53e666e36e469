package io.dropwatch.pcapfilter.oracle;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A classic BPF program of any origin, run by libpcap. */
public final class LibpcapProgram implements AutoCloseable {
  private static final int INSTRUCTION = 8;

  private final Arena life = Arena.ofShared();
  private final MemorySegment instructions;

  /**
   * Takes an array of struct bpf_insn in this machine's byte order.
   *
   * @throws IllegalArgumentException if libpcap does not take it for a program
   */
  public LibpcapProgram(byte[] program) {
    this.instructions = life.allocate(program.length, 8);
    MemorySegment.copy(program, 0, instructions, ValueLayout.JAVA_BYTE, 0, program.length);
    if (!isValid()) {
      life.close();
      throw new IllegalArgumentException("bpf_validate refuses the program");
    }
  }

  /** libpcap's verdict; {@code wireLength} is what the program sees as the length. */
  public boolean matches(byte[] packet, int wireLength) {
    try {
      return (int)
              Libpcap.BPF_FILTER.invokeExact(
                  instructions, MemorySegment.ofArray(packet), wireLength, packet.length)
          != 0;
    } catch (Throwable failure) {
      throw new IllegalStateException("bpf_filter failed", failure);
    }
  }

  /** The program as {@code tcpdump -d} prints it. */
  public String image() {
    StringBuilder out = new StringBuilder();
    try {
      for (int i = 0; i < instructions.byteSize() / INSTRUCTION; i++) {
        MemorySegment line =
            (MemorySegment)
                Libpcap.BPF_IMAGE.invokeExact(
                    instructions.asSlice((long) i * INSTRUCTION, INSTRUCTION), i);
        out.append(line.reinterpret(256).getString(0)).append('\n');
      }
    } catch (Throwable failure) {
      throw new IllegalStateException("bpf_image failed", failure);
    }
    return out.toString();
  }

  private boolean isValid() {
    try {
      int count = (int) (instructions.byteSize() / INSTRUCTION);
      return (int) Libpcap.BPF_VALIDATE.invokeExact(instructions, count) != 0;
    } catch (Throwable failure) {
      throw new IllegalStateException("bpf_validate failed", failure);
    }
  }

  @Override
  public void close() {
    life.close();
  }
}
