package io.dropwatch.bpf;

import io.dropwatch.bpf.libbpf.gen.bpf_prog_info;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/**
 * What the kernel knows of a loaded program: {@code struct bpf_prog_info}. A number that a kernel
 * does not have is 0.
 *
 * @param id the kernel's number of it, as {@code bpftool prog} shows
 * @param type {@code enum bpf_prog_type}
 * @param tag hash of its instructions, 16 hexadecimal digits
 * @param translatedBytes its length after verification and rewriting, 8 bytes an instruction
 * @param jitedBytes its length as machine code
 * @param verifiedInstructions how many instructions the verifier walked
 * @param runCount runs, counted while {@code kernel.bpf_stats_enabled} is 1
 * @param runNanos time in it, in nanoseconds, measured while {@code kernel.bpf_stats_enabled} is 1
 * @param recursionMisses events lost because it was already running on that CPU
 */
public record ProgramInfo(
    int id,
    int type,
    String tag,
    int translatedBytes,
    int jitedBytes,
    int verifiedInstructions,
    long runCount,
    long runNanos,
    long recursionMisses) {

  static ProgramInfo of(MemorySegment info) {
    byte[] tag = bpf_prog_info.tag(info).toArray(ValueLayout.JAVA_BYTE);
    return new ProgramInfo(
        bpf_prog_info.id(info),
        bpf_prog_info.type(info),
        HexFormat.of().formatHex(tag),
        bpf_prog_info.xlated_prog_len(info),
        bpf_prog_info.jited_prog_len(info),
        bpf_prog_info.verified_insns(info),
        bpf_prog_info.run_cnt(info),
        bpf_prog_info.run_time_ns(info),
        bpf_prog_info.recursion_misses(info));
  }
}
