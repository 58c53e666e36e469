package io.dropwatch.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A failure of {@code bin/dropwatch} is one line with cause and remedy, and exit status 2 for wrong
 * usage or 1 otherwise.
 */
class EnvironmentIT {

  @TempDir private Path directory = Path.of("");

  @Test
  void missingLibbpf() throws Exception {
    assertFails(
        1,
        "libbpf.so.1 .* apt-get install libbpf1",
        inOwnMountNamespace(
            """
            library=$(ldconfig -p | sed -n 's/.*libbpf[.]so[.]1 .*=> //p' | head -1)
            mount --bind /dev/null "$(readlink -f "$library")"
            """));
  }

  @Test
  void missingPrivileges() throws Exception {
    assertFails(
        1,
        "may not load eBPF programs.*run as root.*CAP_BPF and CAP_PERFMON",
        RunningProgram.command(
            "setpriv",
            "--bounding-set=-all",
            "--inh-caps=-all",
            RunningProgram.LAUNCHER.toString()));
  }

  @Test
  void rootOfAUserNamespace() throws Exception {
    assertFails(
        1,
        "in a user namespace of its own, where capabilities do not count.*--userns=host.*",
        RunningProgram.command(
            "unshare", "--user", "--map-root-user", RunningProgram.LAUNCHER.toString()));
  }

  /** As in a container: EPERM by docker's profile, ENOSYS by podman's. */
  @ParameterizedTest
  @CsvSource({"1, EPERM", "38, ENOSYS"})
  void seccompForbidsBpf(int errno, String name) throws Exception {
    for (List<String> arguments : List.of(List.<String>of(), List.of("top", "--once"))) {
      List<String> command =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  ForbiddenCall.class.getName(),
                  Integer.toString(errno)));
      command.addAll(arguments);
      try (RunningProgram program = RunningProgram.command(command.toArray(String[]::new))) {
        RunningProgram.Outcome outcome = program.awaitEnd();
        String line = outcome.err().getLast();
        assertTrue(line.contains(name + " (") && line.contains("seccomp filter"), line);
        assertFalse(line.contains("MEMLOCK") || line.contains("CONFIG_"), line);
        assertEquals(1, outcome.status());
      }
    }
  }

  /** Watching needs CAP_BPF and CAP_PERFMON; reading kernel symbols needs CAP_SYSLOG. */
  @Test
  void missingCapSyslog_printsAddressesAndOneWarning() throws Exception {
    try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        RunningProgram program =
            RunningProgram.command(
                "setpriv",
                "--bounding-set=-all,+perfmon,+bpf,+ipc_lock",
                "--inh-caps=-all",
                RunningProgram.LAUNCHER.toString(),
                "--filter",
                "udp and dst port 1 and src port " + socket.getLocalPort(),
                "--output",
                "json",
                "--duration",
                "60")) {
      program.awaitWatching();
      for (int i = 0; i < 3; i++) {
        socket.send(
            new DatagramPacket(
                new byte[8], 8, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)));
      }
      List<String> events = program.awaitOut(3);
      program.signal("TERM");
      RunningProgram.Outcome outcome = program.awaitEnd();
      for (String event : events) {
        assertTrue(event.matches(".*\"stack\":\"0x[0-9a-f]{16}(\\\\n0x[0-9a-f]{16})*\".*"), event);
      }
      assertEquals(
          List.of(
              "dropwatch: the kernel hides its symbols from this process, so stacks show addresses"
                  + " only; grant CAP_SYSLOG, and set kernel.kptr_restrict to 0 or 1"),
          outcome.err().stream().filter(line -> line.contains("symbols")).toList());
    }
  }

  @Test
  void missingBtf() throws Exception {
    assertFails(
        1,
        "/sys/kernel/btf/vmlinux.*CONFIG_DEBUG_INFO_BTF",
        inOwnMountNamespace("mount -t tmpfs none /sys/kernel/btf"));
  }

  @Test
  void missingObjectFile() throws Exception {
    Path missing = directory.resolve("missing.o");
    assertFails(
        1,
        "no probe object at " + missing + "; .*",
        RunningProgram.dropwatch("--bpf-path", missing.toString()));
  }

  @Test
  void invalidObjectFile() throws Exception {
    Path text = Files.writeString(directory.resolve("text.o"), "x".repeat(1000));
    assertFails(
        1, text + " is damaged: .*ELF.*", RunningProgram.dropwatch("--bpf-path", text.toString()));
  }

  @Test
  void truncatedObjectFile() throws Exception {
    Path whole =
        Path.of("../dropwatch-core/src/main/resources/io/dropwatch/internal/probe/dropwatch.bpf.o");
    byte[] bytes = Files.readAllBytes(whole);
    Path half = directory.resolve("half.o");
    Files.write(half, Arrays.copyOf(bytes, bytes.length / 2));
    assertFails(
        1, half + " is damaged: .*", RunningProgram.dropwatch("--bpf-path", half.toString()));
  }

  @Test
  void directoryAsObjectFile() throws Exception {
    assertFails(
        1,
        directory + ": .*directory.*",
        RunningProgram.dropwatch("--bpf-path", directory.toString()));
  }

  @Test
  void unknownDevice() throws Exception {
    assertFails(2, "'nosuch0'.*ip link.*", RunningProgram.dropwatch("--device", "lo,nosuch0"));
  }

  @Test
  void unknownDeviceWithEscapeSequence_isPrintedEscaped() throws Exception {
    assertFails(
        2, "'a\\\\x1b\\[31m'.*", RunningProgram.dropwatch("--device-excluded", "a\u001b[31m"));
  }

  @Test
  void filterTooLongForTheProbe() throws Exception {
    String remainders =
        IntStream.range(2, 7_000)
            .mapToObj(i -> "len % " + i + " = 1")
            .collect(Collectors.joining(" or "));
    assertFails(
        2,
        "the filter .* compiles to \\d+ instructions, the probe has room for \\d+; use a shorter"
            + " one",
        RunningProgram.dropwatch("--filter", remainders));
  }

  @Test
  void launcher_ignoresAnOldJdk() throws Exception {
    Path old = Files.createDirectories(directory.resolve("jdk/bin"));
    Path java =
        Files.writeString(old.resolve("java"), "#!/bin/sh\necho 'old java ran' >&2; exit 9\n");
    assertTrue(java.toFile().setExecutable(true));
    Files.writeString(directory.resolve("jdk/release"), "JAVA_VERSION=\"17.0.1\"\n");
    RunningProgram.Outcome outcome =
        RunningProgram.command(
                "env",
                "JAVA_HOME=" + directory.resolve("jdk"),
                RunningProgram.LAUNCHER.toString(),
                "--version")
            .awaitEnd();
    assertEquals(0, outcome.status(), outcome::toString);
  }

  @Test
  void launcher_withoutAJdk() throws Exception {
    assertFails(
        1,
        "no JDK 25 or newer.*point JAVA_HOME at it",
        inOwnMountNamespace(
            """
            mount -t tmpfs none /usr/lib/jvm
            unset JAVA_HOME
            HOME=/nonexistent
            PATH=/usr/sbin:/usr/bin:/sbin:/bin
            """));
  }

  @Test
  void launcher_throughASymbolicLinkFromAnotherDirectory() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("dw"), RunningProgram.LAUNCHER);
    RunningProgram.Outcome outcome =
        RunningProgram.command("env", "-C", "/", link.toString(), "--version").awaitEnd();
    assertEquals(0, outcome.status(), outcome::toString);
    assertTrue(outcome.out().getFirst().matches("dropwatch \\d+\\..*"), outcome::toString);
  }

  private static RunningProgram inOwnMountNamespace(String script) throws IOException {
    return RunningProgram.command(
        "unshare",
        "--mount",
        "sh",
        "-ec",
        script + "\nexec " + RunningProgram.LAUNCHER + " --duration 1");
  }

  private static void assertFails(int status, String pattern, RunningProgram program)
      throws Exception {
    try (program) {
      RunningProgram.Outcome outcome = program.awaitEnd();
      assertEquals(1, outcome.err().size(), outcome::toString);
      assertTrue(
          outcome.err().getFirst().matches("dropwatch: .*" + pattern + ".*"), outcome::toString);
      assertEquals(List.of(), outcome.out());
      assertEquals(status, outcome.status(), outcome::toString);
    }
  }
}
