package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatcher;
import io.dropwatch.DropWatcherBuilder;
import io.dropwatch.OwnerResolvers;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.internal.probe.KernelFacts;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerProcess;
import io.dropwatch.model.OwnerQuery;
import io.dropwatch.model.OwnerSocket;
import io.dropwatch.output.JsonReader;
import io.dropwatch.output.JsonWriter;
import io.dropwatch.output.TextWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The owner of a packet. A process in a container's cgroup and its own network namespace does not
 * read its socket, so the kernel drops datagrams in softirq, while the sender, another process,
 * runs.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OwnerIT {
  private static final int PORT = 7070;
  private static final String CONTAINER = "5e".repeat(32);
  private static final String FILTER = "udp and dst host 198.51.100.2 and dst port " + PORT;

  /** Contains an escape sequence. */
  private static final String COMM = "idle\u001b[31m";

  private final RoutedNetwork network = RoutedNetwork.open();

  @AfterAll
  void removeNetwork() {
    network.close();
  }

  @Test
  void owner_isThatOfTheSocket_notTheRunningProcess() throws Exception {
    assumeTrue(
        KernelFacts.running().hasReceivingSocket(),
        "the kernel tells the receiver since Linux 6.11");
    EventLog log = new EventLog();
    try (var cgroup = cgroup("dropwatch-it");
        var process = startProcess(cgroup)) {
      try (DropWatcher _ = watching(log).start()) {
        send(50);
        log.await(10);
        // With many processes or on a busy machine the first events have no owner.
        for (int i = 0; i < 100 && log.events().getLast().owner().process() == null; i++) {
          Thread.sleep(100);
          send(10);
        }
      }
      DropEvent event = log.events().getLast();

      assertEquals("SKB_DROP_REASON_SOCKET_RCVBUFF", event.reason().name());
      assertNotEquals(process.pid(), event.pid(), "in softirq, another process is running");
      OwnerSocket socket = event.socket();
      assertNotNull(socket);
      assertEquals(process.inode(), socket.inode());
      assertNotEquals(0, process.cookie());
      assertEquals(process.cookie(), socket.cookie());
      assertEquals(65534, socket.uid());
      assertEquals(cgroup.id(), socket.cgroupId());
      assertNotEquals(socket.cgroupId(), event.taskCgroupId());
      assertEquals(
          Owner.of(
              OwnerProcess.of(process.pid(), COMM),
              cgroup.path(),
              network.server().name(),
              CONTAINER),
          event.owner());
      assertEquals(network.server().inum(), event.networkNamespace().inum());
      assertNotEquals(0, event.networkNamespace().cookie());
      assertEquals(Set.of(), missingFields(event));
      assertTrue(
          TextWriter.format(event)
              .contains(
                  " owner=%d[idle\\x1b[31m] cgroup=%s netns=%s container_id=%s "
                      .formatted(process.pid(), cgroup.path(), network.server().name(), CONTAINER)),
          () -> TextWriter.format(event));
    }
  }

  /** Returns the fields that a line lacks, except those of layers and VLAN tags, see HeadersIT. */
  private static Set<String> missingFields(DropEvent event) {
    Set<String> missing = new JsonSchema(JsonWriter.schema()).fields();
    missing.removeIf(field -> field.startsWith("layers.") || field.startsWith("packet_vlan."));
    assertTrue(missing.size() > 30, missing::toString);
    missing.removeAll(JsonSchema.fieldsOf(json(event)));
    // Only a hardware drop has it.
    missing.remove("drop_reason_group");
    // Only a function in a module has it, see DriverDrops.
    missing.remove("drop_module");
    missing.remove("kind"); // of a packet it is left out
    // Tested below.
    missing.remove("stack_shared");
    if (!socketsAreAccountedToMemoryCgroups()) {
      missing.remove("memory_cgroup_css_addr");
    }
    return missing;
  }

  private static boolean socketsAreAccountedToMemoryCgroups() {
    return Files.exists(Path.of("/sys/fs/cgroup/memory/memory.kmem.tcp.limit_in_bytes"));
  }

  @Test
  void ownerResolver_replacesTheDefault() throws Exception {
    assumeTrue(
        KernelFacts.running().hasReceivingSocket(),
        "the kernel tells the receiver since Linux 6.11");
    List<OwnerQuery> asked = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    EventLog log = new EventLog();
    try (var cgroup = cgroup("dropwatch-it2");
        var process = startProcess(cgroup)) {
      Owner answer = Owner.of(null, null, null, "pod-7");
      try (DropWatcher _ =
          watching(log)
              .onError(failures::add)
              .ownerResolver(
                  query -> {
                    asked.add(query);
                    if (asked.size() == 1) {
                      throw new IllegalStateException("not ready");
                    }
                    return answer;
                  })
              .start()) {
        send(200);
        log.await(50);
      }

      assertEquals(Owner.UNKNOWN, log.events().getFirst().owner());
      assertEquals("not ready", failures.getFirst().getMessage());
      assertEquals("pod-7", log.events().getLast().containerId());
      OwnerSocket socket = asked.getLast().socket();
      assertNotNull(socket);
      assertEquals(process.inode(), socket.inode());
    }
  }

  @Test
  void stackOncePer_marksSharedStacks() throws Exception {
    EventLog log = new EventLog();
    try (var cgroup = cgroup("dropwatch-it4");
        var _ = startProcess(cgroup)) {
      try (DropWatcher _ = watching(log).stackOncePer(Duration.ofMinutes(5)).start()) {
        send(200);
        log.await(50);
      }
      assertFalse(log.events().getFirst().stack().shared());
      DropEvent shared =
          log.events().stream().filter(event -> event.stack().shared()).findFirst().orElseThrow();

      assertTrue(JsonSchema.fieldsOf(json(shared)).contains("stack_shared"), json(shared));
      assertTrue(TextWriter.format(shared).contains(" stack=shared "), json(shared));
      byte[] line = json(shared).getBytes(StandardCharsets.UTF_8);
      try (JsonReader reader = new JsonReader(new ByteArrayInputStream(line))) {
        assertTrue(reader.events().allMatch(event -> event.stack().shared()));
      }
    }
  }

  private static String json(DropEvent event) {
    return JsonWriter.format(event);
  }

  @Test
  void ownerResolverNone_leavesTheSocketNumbers() throws Exception {
    assumeTrue(
        KernelFacts.running().hasReceivingSocket(),
        "the kernel tells the receiver since Linux 6.11");
    EventLog log = new EventLog();
    try (var cgroup = cgroup("dropwatch-it3");
        var process = startProcess(cgroup)) {
      try (DropWatcher _ = watching(log).ownerResolver(OwnerResolvers.none()).start()) {
        send(200);
        log.await(50);
      }
      DropEvent event = log.events().getLast();

      assertEquals(Owner.UNKNOWN, event.owner());
      assertNull(event.containerId());
      OwnerSocket socket = event.socket();
      assertNotNull(socket);
      assertEquals(process.inode(), socket.inode());
      if (socketsAreAccountedToMemoryCgroups()) {
        assertTrue(event.memoryCgroupCss() < 0, "an address of the kernel");
      }
    }
  }

  private static TestCgroup cgroup(String slice) throws IOException {
    return TestCgroup.make("/" + slice + ".slice/docker-" + CONTAINER + ".scope");
  }

  private NonReadingProcess startProcess(TestCgroup cgroup) throws IOException {
    return new NonReadingProcess(network.server(), cgroup, COMM, PORT);
  }

  private static DropWatcherBuilder watching(EventLog log) {
    return DropWatcher.builder().filter(FILTER).onEvent(log);
  }

  private void send(int datagrams) {
    var _ =
        network
            .client()
            .call(
                () -> {
                  try (DatagramChannel socket = DatagramChannel.open()) {
                    for (int i = 0; i < datagrams; i++) {
                      socket.send(
                          ByteBuffer.allocate(512),
                          new InetSocketAddress(RoutedNetwork.SERVER4, PORT));
                    }
                    return datagrams;
                  }
                });
  }
}
