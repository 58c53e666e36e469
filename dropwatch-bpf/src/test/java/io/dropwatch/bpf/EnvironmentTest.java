package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The messages in processes that lack a prerequisite. Needs root. */
@Tag("live")
final class EnvironmentTest {
  private static final String HIDE_LIBBPF =
      "for file in $(ldconfig -p | sed -n 's/.*libbpf\\.so\\.1 .*=> //p'); do"
          + " mount --bind /dev/null $file; done";
  private static final String HIDE_TRACEFS =
      "mount -t tmpfs none /sys/kernel/debug; mount -t tmpfs none /sys/kernel/tracing";
  private static final String MOUNT_TRACEFS =
      "umount /sys/kernel/debug 2>&- || true; mount -t tracefs none /sys/kernel/tracing";

  @Test
  void withoutCapabilities() throws Exception {
    String output = ChildJvm.run(ChildJvm.withOnly(), "ring");
    assertTrue(
        output.startsWith(
            "cannot load eBPF object ring: EPERM (Operation not permitted); libbpf says: "),
        output);
    assertTrue(
        output.endsWith(
            "this process may not load eBPF programs: it has none of the capabilities for it; run"
                + " as root, or grant CAP_BPF and CAP_PERFMON"),
        output);
    String preflight = ChildJvm.run(ChildJvm.withOnly("bpf"), "preflight");
    assertTrue(
        preflight.contains("this process may not load eBPF programs: it has only CAP_BPF"),
        preflight);
    assertTrue(preflight.contains("grant CAP_SYSLOG"), preflight);
    assertEquals("hidden=true", ChildJvm.run(ChildJvm.withOnly(), "symbols"));
  }

  @Test
  void withCapBpfAndCapPerfmon() throws Exception {
    assertEquals(
        "attached=true", ChildJvm.run(ChildJvm.withOnly("bpf", "perfmon"), "attach modern"));
    // The test program of the ring is of type tc, which needs CAP_NET_ADMIN.
    assertEquals(
        "result=7 read=1", ChildJvm.run(ChildJvm.withOnly("bpf", "perfmon", "net_admin"), "ring"));
  }

  @Test
  void withoutLibbpf() throws Exception {
    String remedy = "install libbpf 1.x (Debian, Ubuntu: apt-get install libbpf1)";
    String problem = "the library libbpf.so.1 is not installed on this machine; ";
    assertEquals(
        "cannot use libbpf: " + problem + remedy,
        ChildJvm.run(ChildJvm.after(HIDE_LIBBPF), "require"));
    assertEquals(
        "cannot use libbpf: " + problem + remedy,
        ChildJvm.run(ChildJvm.after(HIDE_LIBBPF), "ring"));
    assertEquals(
        "[" + problem + remedy + "]", ChildJvm.run(ChildJvm.after(HIDE_LIBBPF), "preflight"));
  }

  @Test
  void withAndWithoutTracefs() throws Exception {
    assertEquals("attached=true", ChildJvm.run(ChildJvm.after(HIDE_TRACEFS), "attach modern"));
    String without = ChildJvm.run(ChildJvm.after(HIDE_TRACEFS), "attach classic");
    assertTrue(
        without.startsWith("cannot attach program classic to tracepoint/skb/kfree_skb: ENOENT"),
        without);
    assertTrue(without.contains("; mount tracefs ("), without);
    assertEquals("attached=true", ChildJvm.run(ChildJvm.after(MOUNT_TRACEFS), "attach classic"));
  }

  @Test
  void publicMethodsBesideClose_throwOnlyDocumentedExceptions() throws Exception {
    String output = ChildJvm.run(List.of(), "close stress");
    assertTrue(output.matches("\\d+ methods"), output);
    String variables = ChildJvm.run(List.of(), "close variables");
    assertTrue(variables.matches("\\d+ rounds"), variables);
  }
}
