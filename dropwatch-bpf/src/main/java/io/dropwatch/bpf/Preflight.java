package io.dropwatch.bpf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether this machine and this process can load programs and read rings, without trying.
 *
 * <p>An empty result is no promise: only the kernel decides whether a load succeeds, because a
 * security module may forbid more.
 */
public final class Preflight {
  private static final String RUN_AS_ROOT = "run as root, or grant CAP_BPF and CAP_PERFMON";

  /** The initial user namespace has this inode number (PROC_USER_INIT_INO) on every machine. */
  private static final Path INITIAL_USER_NAMESPACE = Path.of("user:[4026531837]");

  private static final String SECCOMP_REMEDY =
      "This process runs under a seccomp filter, as in a container, which may forbid bpf() and"
          + " perf_event_open(): allow both in its seccomp profile, or run without one (docker run"
          + " --security-opt seccomp=unconfined)";

  private final Path proc;
  private final Path sys;

  Preflight(Path proc, Path sys) {
    this.proc = proc;
    this.sys = sys;
  }

  /** A missing prerequisite. */
  public static final class Finding {
    private final BpfException.Code code;
    private final boolean blocking;
    private final String problem;
    private final String remedy;

    Finding(BpfException.Code code, boolean blocking, String problem, String remedy) {
      this.code = code;
      this.blocking = blocking;
      this.problem = problem;
      this.remedy = remedy;
    }

    /** {@return the cause, for programs} */
    public BpfException.Code code() {
      return code;
    }

    /** {@return whether no program can be loaded; otherwise only some functions are affected} */
    public boolean blocking() {
      return blocking;
    }

    /** {@return what is missing, in one line} */
    public String problem() {
      return problem;
    }

    /** {@return what the user can do, in one sentence} */
    public String remedy() {
      return remedy;
    }

    /** {@return the problem and the remedy, in one line} */
    @Override
    public String toString() {
      return problem + "; " + remedy;
    }
  }

  /** The cause of a failed call. */
  record Cause(BpfException.Code code, @Nullable String remedy) {}

  /** {@return what is missing, libbpf first; empty if nothing is} */
  public static List<Finding> check() {
    List<Finding> findings = new ArrayList<>();
    Finding libbpf = Libbpf.problem();
    if (libbpf != null) {
      findings.add(libbpf);
    }
    findings.addAll(system().machine());
    return List.copyOf(findings);
  }

  /**
   * Checks that nothing blocking is missing. A load that fails later gives a less precise cause.
   *
   * @throws BpfException for the first blocking finding of {@link #check}, with its code, problem
   *     and remedy
   */
  public static void require() {
    for (Finding finding : check()) {
      if (finding.blocking()) {
        throw new BpfException(finding.code(), finding.problem(), finding.remedy());
      }
    }
  }

  /** Everything but the library. */
  List<Finding> machine() {
    List<Finding> findings = new ArrayList<>();
    Capabilities capabilities = Capabilities.of(line("self/status", "CapEff:"));
    if (!capabilities.mayTrace()) {
      findings.add(
          new Finding(
              BpfException.Code.NO_PRIVILEGE,
              true,
              "this process may not load eBPF programs: it has " + capabilities,
              RUN_AS_ROOT));
    }
    if (!isInInitialUserNamespace()) {
      findings.add(
          new Finding(
              BpfException.Code.NO_PRIVILEGE,
              true,
              "this process is in a user namespace of its own, where capabilities do not count for"
                  + " eBPF, not even root's",
              "run in the initial user namespace: as root of the host, or in a container without a"
                  + " user namespace (docker run --userns=host)"));
    }
    if (!Files.exists(sys.resolve("kernel/btf/vmlinux"))) {
      findings.add(
          new Finding(
              BpfException.Code.NO_BTF,
              true,
              "this kernel has no BTF: there is no /sys/kernel/btf/vmlinux",
              "use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as distributions' kernels are"));
    }
    long locked = lockedMemoryLimit();
    if (!capabilities.mayLockMemory() && locked < (1L << 20)) {
      findings.add(
          new Finding(
              BpfException.Code.MEMLOCK,
              false,
              "this process may lock only " + locked + " bytes of memory, which limits its rings",
              "raise the limit (ulimit -l, LimitMEMLOCK=), or grant CAP_IPC_LOCK"));
    }
    if (!capabilities.maySeeSymbols()) {
      findings.add(
          new Finding(
              BpfException.Code.HIDDEN_SYMBOLS,
              false,
              "the kernel hides its symbols from this process",
              "grant CAP_SYSLOG, and set kernel.kptr_restrict to 0 or 1"));
    }
    return findings;
  }

  /** The cause of a load, or of any other call without rules of its own, that failed. */
  static Cause loadCause(Errno errno) {
    return switch (errno.number()) {
      case Errno.EPERM, Errno.EACCES ->
          new Cause(BpfException.Code.NO_PRIVILEGE, system().refusalRemedy());
      case Errno.ENOSYS ->
          system().isUnderSeccomp()
              ? new Cause(BpfException.Code.NO_PRIVILEGE, SECCOMP_REMEDY)
              : new Cause(BpfException.Code.KERNEL, "use a kernel built with CONFIG_BPF_SYSCALL=y");
      default -> new Cause(BpfException.Code.KERNEL, null);
    };
  }

  /**
   * The cause of a rejection by the verifier. Every kernel with BTF has the helper that reads
   * kernel memory. Only security_locked_down(LOCKDOWN_BPF_READ_KERNEL) keeps it from programs.
   * Where libbpf finds no bpf_probe_read_kernel, it substitutes bpf_probe_read; then the verifier
   * names that.
   */
  static Cause verifierCause(List<String> verifierLog) {
    boolean locked =
        verifierLog.stream()
            .anyMatch(
                line ->
                    line.contains("bpf_probe_read")
                        && (line.contains("unknown func") || line.contains("cannot use helper")));
    return locked
        ? new Cause(
            BpfException.Code.LOCKDOWN,
            "Kernel lockdown forbids programs to read kernel memory (kernel_lockdown(7)): boot"
                + " without lockdown=confidentiality; lockdown=integrity allows it")
        : new Cause(BpfException.Code.VERIFIER, null);
  }

  /** The cause of a failed attachment. Only classic tracepoints are found through tracefs. */
  static Cause attachCause(String section, Errno errno) {
    boolean tracepoint = section.startsWith("tracepoint/") || section.startsWith("tp/");
    boolean mounted =
        Files.exists(Path.of("/sys/kernel/tracing/events"))
            || Files.exists(Path.of("/sys/kernel/debug/tracing/events"));
    return tracepoint && !mounted
        ? new Cause(
            BpfException.Code.NO_TRACEFS,
            "mount tracefs (mount -t tracefs tracefs /sys/kernel/tracing); only root can read it")
        : loadCause(errno);
  }

  /** The cause of a ring that cannot be opened: perf_event_open(2), section ERRORS. */
  static Cause ringCause(Errno errno) {
    return switch (errno.number()) {
      case Errno.EACCES -> {
        String privileges = system().privilegeRemedy();
        yield new Cause(
            BpfException.Code.NO_PRIVILEGE,
            privileges != null
                ? privileges
                : "set kernel.perf_event_paranoid to 2 or less (it is "
                    + system().line("sys/kernel/perf_event_paranoid", "").strip()
                    + "), use the BPF ring, which needs no perf events (Linux 5.8), or run as root");
      }
      case Errno.EPERM, Errno.ENOMEM ->
          new Cause(
              BpfException.Code.MEMLOCK,
              "use smaller rings, raise the limit of locked memory (ulimit -l, LimitMEMLOCK=), or"
                  + " grant CAP_IPC_LOCK");
      default -> new Cause(BpfException.Code.KERNEL, null);
    };
  }

  private static Preflight system() {
    return new Preflight(Path.of("/proc"), Path.of("/sys"));
  }

  private @Nullable String privilegeRemedy() {
    return machine().stream()
        .filter(finding -> finding.code() == BpfException.Code.NO_PRIVILEGE)
        .findFirst()
        .map(Finding::toString)
        .orElse(null);
  }

  private @Nullable String refusalRemedy() {
    String privileges = privilegeRemedy();
    return privileges != null ? privileges : isUnderSeccomp() ? SECCOMP_REMEDY : null;
  }

  // Seccomp: 2 is SECCOMP_MODE_FILTER. A filter may be one of the calling thread.
  private boolean isUnderSeccomp() {
    return line("thread-self/status", "Seccomp:").strip().equals("2");
  }

  private boolean isInInitialUserNamespace() {
    try {
      return Files.readSymbolicLink(proc.resolve("self/ns/user")).equals(INITIAL_USER_NAMESPACE);
    } catch (IOException _) {
      // Without /proc nothing is known to be missing.
      return true;
    }
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
      // Without /proc nothing is known to be missing.
      return "";
    }
    return "";
  }
}
