package io.dropwatch.bpf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What this machine or this process lacks to load a program and read its ring, asked without
 * trying.
 *
 * <p>It looks and explains; it never decides. Only the kernel knows whether a load succeeds (a
 * security module may forbid more), so loading is always worth an attempt.
 */
public final class Preflight {
  private static final String RUN_AS_ROOT = "Run as root, or grant CAP_BPF and CAP_PERFMON";

  private final Path proc;
  private final Path sys;

  Preflight(Path proc, Path sys) {
    this.proc = proc;
    this.sys = sys;
  }

  /** What a finding is about. */
  public enum Kind {
    /** The native library. */
    LIBBPF,
    /** Capabilities to load programs of the tracing kind. */
    PRIVILEGES,
    /** The kernel's description of its own types. */
    BTF,
    /** How much memory the process may lock: maps before Linux 5.11, rings everywhere. */
    MEMLOCK,
    /** Capabilities to see where the kernel's symbols are. */
    SYMBOLS
  }

  /**
   * Something that is missing.
   *
   * @param blocking whether nothing can be loaded; otherwise less works
   * @param what the fact, in words
   * @param remedy one sentence: what to do
   */
  public record Finding(Kind kind, boolean blocking, String what, String remedy) {
    /** The fact and the remedy, in one line. */
    @Override
    public String toString() {
      return what + ". " + remedy;
    }
  }

  /** {@return what is missing, the blocking ones first; empty when all is there} */
  public static List<Finding> check() {
    List<Finding> findings = new ArrayList<>();
    Finding libbpf = Libbpf.problem();
    if (libbpf != null) {
      findings.add(libbpf);
    }
    findings.addAll(system().machine());
    return List.copyOf(findings);
  }

  /** Everything but the library. */
  List<Finding> machine() {
    List<Finding> findings = new ArrayList<>();
    Capabilities capabilities = Capabilities.of(line("self/status", "CapEff:"));
    if (!capabilities.mayTrace()) {
      findings.add(
          new Finding(
              Kind.PRIVILEGES,
              true,
              "this process may not load eBPF programs: it has " + capabilities,
              RUN_AS_ROOT));
    }
    if (!Files.exists(sys.resolve("kernel/btf/vmlinux"))) {
      findings.add(
          new Finding(
              Kind.BTF,
              true,
              "this kernel does not describe its types: there is no /sys/kernel/btf/vmlinux",
              "Use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as distributions' kernels are"));
    }
    long locked = lockedMemoryLimit();
    if (!capabilities.mayLockMemory() && locked < (1L << 20)) {
      findings.add(
          new Finding(
              Kind.MEMLOCK,
              false,
              "this process may lock " + locked + " bytes of memory, which bounds its rings",
              "Raise the limit (ulimit -l, LimitMEMLOCK=), or grant CAP_IPC_LOCK"));
    }
    if (!capabilities.maySeeSymbols()) {
      findings.add(
          new Finding(
              Kind.SYMBOLS,
              false,
              "the kernel hides its symbols from this process",
              "Grant CAP_SYSLOG, and set kernel.kptr_restrict to 0 or 1"));
    }
    return findings;
  }

  /** For a load or an attach that failed: what this process lacks, null if nothing is known. */
  static @Nullable String loadRemedy(Errno errno) {
    return switch (errno.number()) {
      case Errno.EPERM, Errno.EACCES -> system().privilegeRemedy();
      default -> null;
    };
  }

  /**
   * For a program that the verifier refused. Every kernel with BTF has the helper that reads kernel
   * memory, and keeps it from programs only by security_locked_down(LOCKDOWN_BPF_READ_KERNEL).
   * Where libbpf sees no bpf_probe_read_kernel, it puts bpf_probe_read in its place, which is what
   * the verifier names then.
   */
  static @Nullable String refusalRemedy(List<String> verifier) {
    boolean locked =
        verifier.stream()
            .anyMatch(
                line ->
                    line.contains("bpf_probe_read")
                        && (line.contains("unknown func") || line.contains("cannot use helper")));
    return locked
        ? "The kernel keeps its memory from programs (kernel_lockdown(7)): boot it without"
            + " lockdown=confidentiality; lockdown=integrity does not forbid this"
        : null;
  }

  /** For an attachment that failed. Classic tracepoints are found by files, all others by BTF. */
  static @Nullable String attachRemedy(String section, Errno errno) {
    boolean tracepoint = section.startsWith("tracepoint/") || section.startsWith("tp/");
    boolean mounted =
        Files.exists(Path.of("/sys/kernel/tracing/events"))
            || Files.exists(Path.of("/sys/kernel/debug/tracing/events"));
    return tracepoint && !mounted
        ? "Mount tracefs (mount -t tracefs tracefs /sys/kernel/tracing), which takes root to read"
        : loadRemedy(errno);
  }

  /** For rings that could not be opened: perf_event_open(2), "ERRORS" and perf_event_paranoid. */
  static @Nullable String ringRemedy(Errno errno) {
    return switch (errno.number()) {
      case Errno.EACCES -> {
        String privileges = system().privilegeRemedy();
        yield privileges != null
            ? privileges
            : "Set kernel.perf_event_paranoid to 2 or less (it is "
                + system().line("sys/kernel/perf_event_paranoid", "").strip()
                + "), use the BPF ring, which does without perf events (Linux 5.8), or run as root";
      }
      case Errno.EPERM, Errno.ENOMEM ->
          "Use smaller rings, raise the limit of locked memory (ulimit -l, LimitMEMLOCK=), or grant"
              + " CAP_IPC_LOCK";
      default -> null;
    };
  }

  private static Preflight system() {
    return new Preflight(Path.of("/proc"), Path.of("/sys"));
  }

  private @Nullable String privilegeRemedy() {
    return machine().stream()
        .filter(finding -> finding.kind() == Kind.PRIVILEGES)
        .findFirst()
        .map(Finding::toString)
        .orElse(null);
  }

  // "Max locked memory         8388608              8388608              bytes"
  private long lockedMemoryLimit() {
    String[] columns = line("self/limits", "Max locked memory").strip().split("\\s+", -1);
    return columns[0].matches("\\d{1,18}") ? Long.parseLong(columns[0]) : Long.MAX_VALUE;
  }

  private String line(String file, String start) {
    try {
      for (String line : Files.readAllLines(proc.resolve(file))) {
        if (line.startsWith(start)) {
          return line.substring(start.length());
        }
      }
    } catch (IOException _) {
      // No /proc is no answer, and no answer is no finding.
      return "";
    }
    return "";
  }
}
