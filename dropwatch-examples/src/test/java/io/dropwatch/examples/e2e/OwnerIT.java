package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatcher;
import io.dropwatch.DropWatcherBuilder;
import io.dropwatch.OwnerResolvers;
import io.dropwatch.examples.testbed.RoutedNetwork;
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
 * Whose a packet was: a process that reads nothing, in a container's cgroup and a namespace of its
 * own, loses what the receive buffer has no room for. The kernel drops it in softirq, while the
 * sender, another process, is running.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OwnerIT {
  private static final int PORT = 7070;
  private static final String CONTAINER = "5e".repeat(32);
  private static final String FILTER = "udp and dst host 198.51.100.2 and dst port " + PORT;

  /** It would colour a terminal. */
  private static final String COMM = "deaf\u001b[31m";

  private final RoutedNetwork network = RoutedNetwork.open();

  @AfterAll
  void removeNetwork() {
    network.close();
  }

  @Test
  void theEventNamesTheSocketsOwnerAndNotWhoWasRunning() throws Exception {
    EventLog log = new EventLog();
    try (var cgroup = cgroup("dropwatch-it");
        var deaf = deaf(cgroup)) {
      try (DropWatcher _ = watching(log).start()) {
        send(50);
        log.await(10);
        // Where /proc is large or the machine busy, the first events go without an answer.
        for (int i = 0; i < 100 && log.events().getLast().owner().process() == null; i++) {
          Thread.sleep(100);
          send(10);
        }
      }
      DropEvent event = log.events().getLast();

      assertEquals("SKB_DROP_REASON_SOCKET_RCVBUFF", event.reason().name());
      assertNotEquals(deaf.pid(), event.pid(), "in softirq, another process is running");
      OwnerSocket socket = event.socket();
      assertNotNull(socket);
      assertEquals(deaf.inode(), socket.inode());
      assertNotEquals(0, deaf.cookie());
      assertEquals(deaf.cookie(), socket.cookie());
      assertEquals(65534, socket.uid());
      assertEquals(cgroup.id(), socket.cgroupId());
      assertNotEquals(socket.cgroupId(), event.taskCgroupId());
      assertEquals(
          Owner.of(
              OwnerProcess.of(deaf.pid(), COMM), cgroup.path(), network.server().name(), CONTAINER),
          event.owner());
      assertEquals(network.server().inum(), event.networkNamespace().inum());
      assertNotEquals(0, event.networkNamespace().cookie());
      assertEquals(Set.of(), missingFields(event));
      assertTrue(
          TextWriter.format(event)
              .contains(
                  " owner=%d[deaf\\x1b[31m] cgroup=%s netns=%s container_id=%s "
                      .formatted(deaf.pid(), cgroup.path(), network.server().name(), CONTAINER)),
          () -> TextWriter.format(event));
    }
  }

  /** Of the fields beside layers and VLAN tags, which HeadersIT sees, those that a line lacks. */
  private static Set<String> missingFields(DropEvent event) {
    Set<String> missing = new JsonSchema(JsonWriter.schema()).fields();
    missing.removeIf(field -> field.startsWith("layers.") || field.startsWith("packet_vlan."));
    assertTrue(missing.size() > 30, missing::toString);
    missing.removeAll(JsonSchema.fieldsOf(json(event)));
    // A device's trap has one.
    missing.remove("drop_reason_group");
    // A function in a module has one, see DriverDrops.
    missing.remove("drop_module");
    // Seen below.
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
  void anAgentsOwnResolverIsAskedInstead() throws Exception {
    List<OwnerQuery> asked = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    EventLog log = new EventLog();
    try (var cgroup = cgroup("dropwatch-it2");
        var deaf = deaf(cgroup)) {
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
      assertEquals(deaf.inode(), socket.inode());
    }
  }

  @Test
  void aStackThatAnEarlierDropHadSaysSo() throws Exception {
    EventLog log = new EventLog();
    try (var cgroup = cgroup("dropwatch-it4");
        var _ = deaf(cgroup)) {
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
  void withoutAResolverTheNumbersRemain() throws Exception {
    EventLog log = new EventLog();
    try (var cgroup = cgroup("dropwatch-it3");
        var deaf = deaf(cgroup)) {
      try (DropWatcher _ = watching(log).ownerResolver(OwnerResolvers.none()).start()) {
        send(200);
        log.await(50);
      }
      DropEvent event = log.events().getLast();

      assertEquals(Owner.UNKNOWN, event.owner());
      assertNull(event.containerId());
      OwnerSocket socket = event.socket();
      assertNotNull(socket);
      assertEquals(deaf.inode(), socket.inode());
      if (socketsAreAccountedToMemoryCgroups()) {
        assertTrue(event.memoryCgroupCss() < 0, "an address of the kernel");
      }
    }
  }

  private static TestCgroup cgroup(String slice) throws IOException {
    return TestCgroup.make("/" + slice + ".slice/docker-" + CONTAINER + ".scope");
  }

  private NonReadingProcess deaf(TestCgroup cgroup) throws IOException {
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
