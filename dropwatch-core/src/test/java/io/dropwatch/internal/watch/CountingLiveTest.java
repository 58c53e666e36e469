package io.dropwatch.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.internal.probe.Eventually;
import io.dropwatch.model.DropCounts;
import io.dropwatch.model.DropKind;
import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.pcapfilter.FilterOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The bounds of the table of kinds, with real drops in short-lived network namespaces. */
@Timeout(60)
@Tag("live")
class CountingLiveTest {
  private static final int PORT = 47_113;
  private static final String UNPRIVILEGED = "65534";

  /** Sends to a closed port of the loopback device in a new network namespace. */
  private static void drop(List<String> prefix, String... protocols) throws Exception {
    StringBuilder script = new StringBuilder("trap '' PIPE; ip link set lo up");
    for (String protocol : protocols) {
      script.append("; echo x 2>&- > /dev/%s/127.0.0.1/%d || :".formatted(protocol, PORT));
    }
    List<String> command = new ArrayList<>(prefix);
    command.addAll(List.of("--net", "bash", "-c", script.toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertTrue(process.waitFor(Duration.ofSeconds(20)));
      assertEquals(0, process.exitValue(), command::toString);
    } finally {
      process.destroyForcibly();
    }
  }

  private static Counting open(int maxKinds, Duration quiet) {
    return Counting.open(
        Selection.ALL.with(FilterExpression.of("dst port " + PORT, FilterOptions.DEFAULT)),
        null,
        maxKinds,
        quiet,
        null);
  }

  @Test
  void kindsWithoutRecentDrops_areRemovedWithoutLossOfCounts() throws Exception {
    Counting counting = open(8, Duration.ZERO);
    DropCounts seven;
    try {
      for (int i = 0; i < 6; i++) {
        drop(List.of("unshare"), "udp");
      }
      Eventually.until(() -> counting.snapshot().counted() == 6);
      assertEquals(6, counting.snapshot().counts().size());
      seven = counting.snapshot();
      for (int i = 0; i < 20; i++) {
        drop(List.of("unshare"), "udp");
        long sent = 7L + i;
        Eventually.until(() -> counting.snapshot().counted() == sent);
      }
    } finally {
      counting.close();
    }
    DropCounts all = counting.snapshot();
    assertEquals(26, all.counted(), all::toString);
    assertEquals(0, all.overflow(), all::toString);
    assertTrue(all.counts().size() <= 7, all::toString);
    assertTrue(all.count(DropKind.REMOVED) >= 20, all::toString);
    assertEquals(20, all.since(seven).counted());
  }

  /** Alone, one user would need all eight kinds. */
  @Test
  void userBeyondHisShare_leavesRoomForOthers() throws Exception {
    List<String> user =
        List.of(
            "setpriv",
            "--reuid=" + UNPRIVILEGED,
            "--regid=" + UNPRIVILEGED,
            "--clear-groups",
            "unshare",
            "--map-root-user");
    Counting counting = open(8, Duration.ofDays(1));
    try {
      for (int i = 0; i < 8; i++) {
        drop(user, "udp");
      }
      // A user namespace inside has the same share.
      List<String> nested = new ArrayList<>(user);
      nested.addAll(List.of("unshare", "--map-root-user"));
      drop(nested, "udp");
      drop(List.of("unshare"), "udp");
      Eventually.until(() -> counting.snapshot().counted() == 10);
    } finally {
      counting.close();
    }
    DropCounts all = counting.snapshot();
    assertEquals(10, all.counted(), all::toString);
    Map<DropKind, Long> counts = all.counts();
    assertEquals(3, counts.size(), counts::toString);
    DropKind other = counts.keySet().stream().filter(DropKind::isOther).findFirst().orElseThrow();
    assertEquals(Long.parseLong(UNPRIVILEGED), other.user());
    assertEquals(8L, counts.get(other));
    assertEquals(NetworkNamespace.UNKNOWN, other.networkNamespace());
  }

  @Test
  void namespaceBeyondItsShare_hasOneOtherKind() throws Exception {
    Counting counting = open(4, Duration.ofDays(1));
    try {
      drop(List.of("unshare"), "udp", "udp", "tcp", "tcp");
      drop(List.of("unshare"), "udp");
      Eventually.until(() -> counting.snapshot().counted() == 5);
    } finally {
      counting.close();
    }
    Map<DropKind, Long> counts = counting.snapshot().counts();
    assertEquals(3, counts.size(), counts::toString);
    DropKind other = counts.keySet().stream().filter(DropKind::isOther).findFirst().orElseThrow();
    assertEquals(2L, counts.get(other), counts::toString);
    assertEquals(DropKind.NO_USER, other.user());
    assertTrue(other.networkNamespace().inum() != 0, counts::toString);
    assertEquals(0, counting.snapshot().overflow());
  }

  /** The kernel uses the inode number of a deleted namespace again. */
  @Test
  void namespacesOneAfterTheOther_areDifferentKinds() throws Exception {
    Counting counting = open(64, Duration.ofDays(1));
    try {
      drop(List.of("unshare"), "udp");
      drop(List.of("unshare"), "udp");
      Eventually.until(() -> counting.snapshot().counted() == 2);
    } finally {
      counting.close();
    }
    List<DropKind> kinds = List.copyOf(counting.snapshot().counts().keySet());
    assertEquals(2, kinds.size(), kinds::toString);
    assertNotEquals(
        kinds.getFirst().networkNamespace().cookie(), kinds.getLast().networkNamespace().cookie());
  }
}
