package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Findings from files that the test writes in place of /proc and /sys. */
final class PreflightTest {
  private static List<String> findings(Path folder, String capabilities, String locked, boolean btf)
      throws IOException {
    Path self = Files.createDirectories(folder.resolve("proc/self"));
    Files.writeString(self.resolve("status"), "Name:\tjava\nCapEff:\t" + capabilities + "\n");
    Files.writeString(
        self.resolve("limits"),
        "Limit                     Soft Limit           Hard Limit           Units     \n"
            + "Max locked memory         "
            + locked
            + "              65536                bytes     \n");
    Path types = Files.createDirectories(folder.resolve("sys/kernel/btf"));
    if (btf) {
      Files.createFile(types.resolve("vmlinux"));
    }
    return new Preflight(folder.resolve("proc"), folder.resolve("sys"))
        .machine().stream().map(finding -> finding.code() + ": " + finding).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "unknown func bpf_probe_read_kernel#113, true",
    "unknown func bpf_probe_read#4, true",
    "program of this type cannot use helper bpf_probe_read_kernel#113, true",
    "113: (85) call bpf_probe_read_kernel#113, false",
    "unknown func bpf_get_current_task_btf#158, false",
    "R1 invalid mem access 'scalar', false"
  })
  void verifierCause_forbiddenProbeRead_isLockdown(String verdict, boolean lockdown) {
    List<String> log = List.of("112: (07) r1 += -8", verdict, "processed 113 insns");
    String expected =
        "Kernel lockdown forbids programs to read kernel memory (kernel_lockdown(7)): boot without"
            + " lockdown=confidentiality; lockdown=integrity allows it";
    assertEquals(
        lockdown
            ? new Preflight.Cause(BpfException.Code.LOCKDOWN, expected)
            : new Preflight.Cause(BpfException.Code.VERIFIER, null),
        Preflight.verifierCause(log));
  }

  @Test
  void machine_rootOfAUserNamespace_isNoPrivilege(@TempDir Path folder) throws IOException {
    Path namespaces = Files.createDirectories(folder.resolve("proc/self/ns"));
    Path user = namespaces.resolve("user");
    Files.createSymbolicLink(user, Path.of("user:[4026532178]"));
    assertEquals(
        List.of(
            "NO_PRIVILEGE: this process is in a user namespace of its own, where capabilities do"
                + " not count for eBPF, not even root's; run in the initial user namespace: as root"
                + " of the host, or in a container without a user namespace (docker run"
                + " --userns=host)"),
        findings(folder, "000001ffffffffff", "65536", true));
    Files.delete(user);
    Files.createSymbolicLink(user, Path.of("user:[4026531837]"));
    Files.delete(folder.resolve("sys/kernel/btf/vmlinux"));
    assertEquals(List.of(), findings(folder, "000001ffffffffff", "65536", true));
  }

  @Test
  void machine_asRoot_hasNoFindings(@TempDir Path folder) throws IOException {
    assertEquals(List.of(), findings(folder, "000001ffffffffff", "65536", true));
  }

  @Test
  void machine_withoutAnything_hasAllFindings(@TempDir Path folder) throws IOException {
    assertEquals(
        List.of(
            "NO_PRIVILEGE: this process may not load eBPF programs: it has none of the capabilities"
                + " for it; run as root, or grant CAP_BPF and CAP_PERFMON",
            "NO_BTF: this kernel has no BTF: there is no /sys/kernel/btf/vmlinux; use"
                + " a kernel built with CONFIG_DEBUG_INFO_BTF=y, as distributions' kernels are",
            "MEMLOCK: this process may lock only 65536 bytes of memory, which limits its rings; raise"
                + " the limit (ulimit -l, LimitMEMLOCK=), or grant CAP_IPC_LOCK",
            "HIDDEN_SYMBOLS: the kernel hides its symbols from this process; grant CAP_SYSLOG, and set"
                + " kernel.kptr_restrict to 0 or 1"),
        findings(folder, "0000000000000000", "65536", false));
  }

  @Test
  void machine_withoutProc_hasNoFindings(@TempDir Path folder) throws IOException {
    Files.createDirectories(folder.resolve("kernel/btf"));
    Files.createFile(folder.resolve("kernel/btf/vmlinux"));
    assertEquals(List.of(), new Preflight(folder.resolve("nowhere"), folder).machine());
    assertEquals(List.of(), findings(folder.resolve("odd"), "what", "unlimited", true));
  }

  @ParameterizedTest
  @CsvSource({
    "0000000000000000, false, none of the capabilities for it",
    "0000000000200000, true,  only CAP_SYS_ADMIN",
    "0000008000000000, false, only CAP_BPF",
    "0000004000000000, false, only CAP_PERFMON",
    "000000c000000000, true,  'only CAP_PERFMON, CAP_BPF'",
    "00000000ffffffff, true,  'only CAP_IPC_LOCK, CAP_SYS_ADMIN'",
  })
  void capabilities_mayTraceAndNames(String mask, boolean enough, String text) {
    assertEquals(enough, Capabilities.of(mask).mayTrace());
    assertEquals(text, Capabilities.of(mask).toString());
  }
}
