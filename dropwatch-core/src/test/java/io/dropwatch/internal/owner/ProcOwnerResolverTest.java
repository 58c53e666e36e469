package io.dropwatch.internal.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerProcess;
import io.dropwatch.model.OwnerQuery;
import io.dropwatch.model.OwnerSocket;
import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looks up owners in a /proc that the test writes, and in the real one. */
class ProcOwnerResolverTest {
  private static final String ID = "ab".repeat(32);

  /** Longer than a scan takes on a busy machine. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(20);

  private static final NetworkNamespace HOST = NetworkNamespace.of(100, 1);
  private static final NetworkNamespace POD = NetworkNamespace.of(200, 2);

  @TempDir private Path machine = Path.of("");
  private ProcOwnerResolver resolver = ProcOwnerResolver.ofThisMachine();

  @BeforeEach
  void writeProc() throws IOException {
    Files.createDirectories(proc("self/ns"));
    Files.createSymbolicLink(proc("self/ns/net"), Path.of("net:[100]"));
    process(1, "systemd", 100, "0::/init.scope");
    process(900, "nginx", 100, "0::/system.slice/nginx.service", 5000, 5001);
    process(901, "nginx", 100, "0::/system.slice/nginx.service", 5000);
    process(70, "app", 200, "0::/kubepods/podx/" + ID, 6000);
    Files.createDirectories(machine.resolve("netns"));
    resolver =
        new ProcOwnerResolver(machine.resolve("proc"), List.of(machine.resolve("netns")), MAX_WAIT);
  }

  private Path proc(String path) {
    return machine.resolve("proc").resolve(path);
  }

  private void process(int pid, String comm, int namespace, String cgroup, int... sockets)
      throws IOException {
    Path folder = proc(Integer.toString(pid));
    Files.createDirectories(folder.resolve("fd"));
    Files.createDirectories(folder.resolve("ns"));
    Files.writeString(folder.resolve("comm"), comm + "\n");
    Files.writeString(folder.resolve("cgroup"), cgroup + "\n");
    Files.createSymbolicLink(folder.resolve("ns/net"), Path.of("net:[" + namespace + "]"));
    Files.createSymbolicLink(folder.resolve("fd/0"), Path.of("/dev/null"));
    for (int i = 0; i < sockets.length; i++) {
      Files.createSymbolicLink(
          folder.resolve("fd/" + (3 + i)), Path.of("socket:[" + sockets[i] + "]"));
    }
  }

  private Owner owner(long inode, NetworkNamespace namespace) {
    OwnerSocket socket = inode == 0 ? null : OwnerSocket.of(0, inode, 0, 0);
    return resolver.resolve(
        OwnerQuery.builder().socket(socket).networkNamespace(namespace).build());
  }

  private @Nullable OwnerProcess process(long inode) {
    return owner(inode, HOST).process();
  }

  @Test
  void resolve_socket_findsTheProcessThatHoldsIt() {
    assertEquals(OwnerProcess.of(900, "nginx"), process(5000));
    assertEquals(OwnerProcess.of(900, "nginx"), process(5001));
    assertEquals(OwnerProcess.of(70, "app"), process(6000));
    assertNull(process(4999));
  }

  @Test
  void resolve_socketOfInitAndAnother_isTheOther() throws IOException {
    Files.createSymbolicLink(proc("1/fd/9"), Path.of("socket:[5001]"));

    assertEquals(OwnerProcess.of(900, "nginx"), process(5001));
  }

  @Test
  void resolve_anyCommandName() throws IOException {
    process(44, "\u001b[31m\n) S 1", 100, "", 7000);
    Files.write(proc("70/comm"), new byte[] {'a', (byte) 0xff, '\n'});

    assertEquals(OwnerProcess.of(44, "\u001b[31m\n) S 1"), process(7000));
    assertEquals(OwnerProcess.of(70, "a\ufffd"), process(6000));
  }

  @Test
  void resolve_afterTheDescriptorIsReused_isAnotherSocket() throws Exception {
    assertEquals(OwnerProcess.of(70, "app"), process(6000));
    Files.delete(proc("70/fd/3"));
    Files.createSymbolicLink(proc("70/fd/3"), Path.of("socket:[1]"));
    Files.writeString(proc("70/comm"), "another\n");
    Thread.sleep(1100); // longer than an answer is cached

    assertNull(process(6000));
    assertEquals(OwnerProcess.of(70, "another"), process(1));
  }

  @Test
  void resolve_containerOfTheProcess() {
    assertEquals(ID, owner(6000, HOST).containerId());
    assertNull(owner(5000, HOST).containerId());
  }

  @Test
  void resolve_withoutSocket_isTheContainerOfTheNamespace() {
    assertEquals(ID, owner(0, POD).containerId());
  }

  @Test
  void resolve_hostNamespace_hasNoContainer() throws IOException {
    process(71, "agent", 100, "0::/docker/" + ID);

    assertNull(owner(0, HOST).containerId());
  }

  @Test
  void resolve_namespaceOfTwoContainers_hasNone() throws IOException {
    process(71, "sidecar", 200, "0::/kubepods/podx/" + "cd".repeat(32));

    assertNull(owner(0, POD).containerId());
  }

  @Test
  void resolve_namespaceOfPauseAndAnotherContainer_isTheOther() throws IOException {
    process(60, "pause", 200, "0::/kubepods/podx/" + "cd".repeat(32));

    assertEquals(ID, owner(0, POD).containerId());
  }

  @Test
  void resolve_namespaceOfPauseContainerAlone_isThePauseContainer() throws IOException {
    process(60, "pause", 300, "0::/kubepods/pody/" + "cd".repeat(32));

    assertEquals("cd".repeat(32), owner(0, NetworkNamespace.of(300, 3)).containerId());
  }

  @Test
  void resolve_containerThatStartsLater_isFound() throws Exception {
    var pod = NetworkNamespace.of(300, 3);
    assertNull(owner(0, pod).containerId());
    process(60, "web", 300, "0::/kubepods/pody/" + "cd".repeat(32));

    assertEquals("cd".repeat(32), eventually(() -> owner(0, pod).containerId()));
  }

  /** An event waits up to 50 ms; the result of a longer scan is there for later events. */
  @Test
  void resolve_slowScan_isUnknownUntilItEnds() throws Exception {
    resolver =
        new ProcOwnerResolver(
            new ProcFiles(machine.resolve("proc")),
            List.of(),
            proc -> {
              LockSupport.parkNanos(200_000_000);
              return ProcSnapshot.take(proc);
            },
            Duration.ofMillis(50));

    assertNull(owner(0, POD).containerId());
    assertNull(process(6000));
    for (int i = 0; i < 200 && owner(0, POD).containerId() == null; i++) {
      Thread.sleep(50);
    }
    assertEquals(ID, owner(0, POD).containerId());
    assertEquals(OwnerProcess.of(70, "app"), process(6000));
  }

  @Test
  void resolve_namespaceNameAndCgroupPath() throws IOException {
    Path cgroup = Files.createDirectories(machine.resolve("cg roup/docker/" + ID));
    Files.writeString(
        proc("self/mountinfo"),
        """
        35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        41 31 0:38 / %s/cg\\040roup rw,relatime shared:9 - cgroup2 cgroup2 rw
        """
            .formatted(machine));
    Path name = Files.createFile(machine.resolve("netns/blue"));

    Owner owner =
        resolver.resolve(
            OwnerQuery.builder()
                .socket(OwnerSocket.of(0, 0, 0, inode(cgroup)))
                .networkNamespace(NetworkNamespace.of(inode(name) & 0xffff_ffffL, 0))
                .build());

    assertEquals("/docker/" + ID, owner.cgroupPath());
    assertEquals(ID, owner.containerId());
    assertEquals(inode(name) > 0xffff_ffffL ? null : "blue", owner.networkNamespaceName());
  }

  @Test
  void resolve_withoutProc_isUnknown() {
    resolver = new ProcOwnerResolver(machine.resolve("nothing"), List.of(), MAX_WAIT);

    assertEquals(Owner.UNKNOWN, owner(5000, HOST));
  }

  @Test
  void resolve_realProc_findsThisProcess() throws Exception {
    resolver = ProcOwnerResolver.ofThisMachine();
    List<Long> before = sockets();
    try (var socket = new DatagramSocket()) {
      List<Long> opened = sockets();
      opened.removeAll(before);

      OwnerProcess process = eventually(() -> process(opened.getFirst()));
      assertNotNull(process, socket.toString());
      assertEquals(ProcessHandle.current().pid(), process.pid());
      assertEquals(Files.readString(Path.of("/proc/self/comm")).strip(), process.comm());
    }
  }

  /** Repeats a lookup: there is a pause between scans, and the scan of a busy machine is slow. */
  private static <T> @Nullable T eventually(Supplier<@Nullable T> lookup)
      throws InterruptedException {
    T found = lookup.get();
    for (int i = 0; i < 400 && found == null; i++) {
      Thread.sleep(50);
      found = lookup.get();
    }
    return found;
  }

  private static List<Long> sockets() throws IOException {
    var files = new ProcFiles(Path.of("/proc"));
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return new ArrayList<>(
          descriptors
              .map(file -> files.linkNumber(file, "socket:["))
              .filter(inode -> inode != 0)
              .toList());
    }
  }

  private static long inode(Path file) throws IOException {
    return ((Number) Files.getAttribute(file, "unix:ino")).longValue();
  }
}
