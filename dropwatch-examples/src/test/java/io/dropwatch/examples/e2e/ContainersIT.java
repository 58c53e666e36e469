package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatcher;
import io.dropwatch.examples.e2e.ContainerCases.ContainerNamespace;
import io.dropwatch.examples.e2e.ContainerCases.Place;
import io.dropwatch.examples.huatuo.HuatuoJsonWriter;
import io.dropwatch.examples.testbed.Namespace;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.examples.testbed.Testbed;
import io.dropwatch.layers.Udp;
import io.dropwatch.model.OwnerProcess;
import io.dropwatch.model.OwnerSocket;
import io.dropwatch.output.JsonWriter;
import io.dropwatch.output.TextWriter;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Container IDs of real drops. Processes in cgroups named as those of container runtimes lose
 * datagrams in softirq; in their namespaces, datagrams without a socket are dropped.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContainersIT {
  private static final int FIRST_PORT = 7100;
  private static final int CLOSED_PORT = 7199;
  private static final String FILTER = "udp and dst portrange 7100-7199";

  /** Identifies a case by the namespace and port of its drops. */
  private record Key(long namespace, int port) {}

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final Map<Place, NonReadingProcess> processes = new HashMap<>();
  private final Map<Place, TestCgroup> cgroups = new HashMap<>();
  private final Map<ContainerNamespace, Namespace> namespaces = new HashMap<>();
  private final RoutedNetwork network = keep(RoutedNetwork.open());

  /** The last event of each case: on a busy machine the owner of the first ones may be unknown. */
  private final Map<Key, DropEvent> events = new ConcurrentHashMap<>();

  private <T extends AutoCloseable> T keep(T resource) {
    opened.push(resource);
    return resource;
  }

  @BeforeAll
  void dropOneOfEach() throws IOException {
    for (Place place : ContainerCases.places()) {
      TestCgroup cgroup = cgroup(place);
      cgroups.put(place, cgroup);
      processes.put(
          place, keep(new NonReadingProcess(network.server(), cgroup, "idle", port(place))));
    }
    Testbed testbed = keep(Testbed.open());
    for (ContainerNamespace each : ContainerCases.namespaces()) {
      Namespace namespace = testbed.namespace("ns" + namespaces.size());
      namespaces.put(each, namespace);
      for (ContainerNamespace.ContainerProcess process : each.processes()) {
        TestCgroup cgroup = cgroup(process.place());
        var _ = keep(new NonReadingProcess(namespace, cgroup, process.comm(), 0));
      }
    }
    try (DropWatcher _ = DropWatcher.builder().filter(FILTER).onEvent(this::remember).start()) {
      Await.until(this::allAreAnswered);
    }
  }

  private TestCgroup cgroup(Place place) throws IOException {
    return keep(place.v1() ? TestCgroup.makeV1(place.path()) : TestCgroup.make(place.path()));
  }

  private void remember(DropEvent event) {
    Udp udp = event.layers().udp();
    if (udp != null) {
      events.put(new Key(event.networkNamespace().inum(), udp.dport()), event);
    }
  }

  private static int port(Place place) {
    return FIRST_PORT + ContainerCases.places().indexOf(place);
  }

  private Key key(Place place) {
    return new Key(network.server().inum(), port(place));
  }

  private Key key(ContainerNamespace each) {
    return new Key(namespace(each).inum(), CLOSED_PORT);
  }

  private Namespace namespace(ContainerNamespace each) {
    return Objects.requireNonNull(namespaces.get(each), each::toString);
  }

  private boolean allAreAnswered() {
    send(
        network.client(),
        RoutedNetwork.SERVER4,
        processes.keySet().stream().map(ContainersIT::port).toList());
    for (Namespace namespace : namespaces.values()) {
      send(namespace, "127.0.0.1", List.of(CLOSED_PORT));
    }
    return ContainerCases.places().stream().allMatch(this::isAnswered)
        && ContainerCases.namespaces().stream().allMatch(this::isAnswered);
  }

  private boolean isAnswered(Place place) {
    DropEvent event = events.get(key(place));
    return event != null && event.owner().process() != null && event.owner().cgroupPath() != null;
  }

  private boolean isAnswered(ContainerNamespace each) {
    DropEvent event = events.get(key(each));
    return event != null && (each.container() == null || event.containerId() != null);
  }

  /** Sends more to each port than a receive buffer can hold. */
  private static void send(Namespace from, String to, Collection<Integer> ports) {
    var _ =
        from.call(
            () -> {
              try (DatagramSocket socket = new DatagramSocket()) {
                for (int port : ports) {
                  for (int i = 0; i < 6; i++) {
                    socket.send(
                        new DatagramPacket(new byte[512], 512, InetAddress.ofLiteral(to), port));
                  }
                }
                return ports;
              }
            });
  }

  @AfterAll
  void close() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  static List<Place> places() {
    return ContainerCases.places();
  }

  @ParameterizedTest
  @MethodSource("places")
  void containerId_isThatOfTheSocketsCgroup(Place place) throws IOException {
    DropEvent event = Objects.requireNonNull(events.get(key(place)));
    NonReadingProcess process = Objects.requireNonNull(processes.get(place));
    TestCgroup cgroup = Objects.requireNonNull(cgroups.get(place));

    assertEquals("SKB_DROP_REASON_SOCKET_RCVBUFF", event.reason().name());
    OwnerSocket socket = Objects.requireNonNull(event.socket());
    assertEquals(process.inode(), socket.inode());
    assertEquals(OwnerProcess.of(process.pid(), "idle"), event.owner().process());
    assertEquals(!place.v1(), place.path().equals(event.owner().cgroupPath()));
    assertEquals(!place.v1(), cgroup.id() == socket.cgroupId());
    assertContainer(place.container(), event);
  }

  static List<ContainerNamespace> namespaces() {
    return ContainerCases.namespaces();
  }

  @ParameterizedTest
  @MethodSource("namespaces")
  void containerId_isThatOfTheNamespacesProcesses(ContainerNamespace each) {
    DropEvent event = Objects.requireNonNull(events.get(key(each)));

    assertEquals("SKB_DROP_REASON_NO_SOCKET", event.reason().name());
    assertNull(event.socket());
    assertNull(event.owner().process());
    assertEquals(namespace(each).name(), event.owner().networkNamespaceName());
    assertContainer(each.container(), event);
  }

  private static void assertContainer(@Nullable String id, DropEvent event) {
    assertEquals(id, event.containerId());
    String text = TextWriter.format(event);
    assertFalse(text.contains("\u001b"), text);
    assertEquals(id != null, text.contains(" container_id=" + id + " "), text);
    for (String json : List.of(JsonWriter.format(event), HuatuoJsonWriter.format(event, "tools"))) {
      assertEquals(id != null, json.contains("\"container_id\":\"" + id + "\""), json);
      assertEquals(id != null, json.contains("container_id"), json);
    }
  }
}
