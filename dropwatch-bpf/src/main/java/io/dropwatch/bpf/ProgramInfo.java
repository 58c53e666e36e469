package io.dropwatch.bpf;

import io.dropwatch.bpf.libbpf.gen.bpf_prog_info;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/**
 * What the kernel reports about a loaded program: {@code struct bpf_prog_info}. Immutable. A number
 * that the running kernel does not report is 0.
 */
public final class ProgramInfo {
  private final int id;
  private final int type;
  private final String tag;
  private final int translatedBytes;
  private final int jitedBytes;
  private final int verifiedInstructions;
  private final long runCount;
  private final long runNanos;
  private final long recursionMisses;

  ProgramInfo(MemorySegment info) {
    id = bpf_prog_info.id(info);
    type = bpf_prog_info.type(info);
    tag = HexFormat.of().formatHex(bpf_prog_info.tag(info).toArray(ValueLayout.JAVA_BYTE));
    translatedBytes = bpf_prog_info.xlated_prog_len(info);
    jitedBytes = bpf_prog_info.jited_prog_len(info);
    verifiedInstructions = bpf_prog_info.verified_insns(info);
    runCount = bpf_prog_info.run_cnt(info);
    runNanos = bpf_prog_info.run_time_ns(info);
    recursionMisses = bpf_prog_info.recursion_misses(info);
  }

  /** {@return the id, as {@code bpftool prog} shows it} */
  public int id() {
    return id;
  }

  /** {@return the type, a value of {@code enum bpf_prog_type}} */
  public int type() {
    return type;
  }

  /** {@return the hash of the instructions, 16 hexadecimal digits} */
  public String tag() {
    return tag;
  }

  /** {@return the length after verification and rewriting, in bytes; an instruction has 8} */
  public int translatedBytes() {
    return translatedBytes;
  }

  /** {@return the length of the machine code, in bytes; 0 without JIT} */
  public int jitedBytes() {
    return jitedBytes;
  }

  /** {@return the number of instructions that the verifier walked, an unsigned number} */
  public int verifiedInstructions() {
    return verifiedInstructions;
  }

  /** {@return the number of runs while {@code kernel.bpf_stats_enabled} was 1} */
  public long runCount() {
    return runCount;
  }

  /** {@return the run time in nanoseconds while {@code kernel.bpf_stats_enabled} was 1} */
  public long runNanos() {
    return runNanos;
  }

  /** {@return the number of events missed because the program was already running on that CPU} */
  public long recursionMisses() {
    return recursionMisses;
  }

  /** {@return the id, type, tag and lengths} */
  @Override
  public String toString() {
    return "program %d: type %d, tag %s, %d instructions, %d bytes of machine code"
        .formatted(id, type, tag, translatedBytes / 8, jitedBytes);
  }
}
