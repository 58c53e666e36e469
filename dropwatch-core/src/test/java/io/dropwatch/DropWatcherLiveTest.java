package io.dropwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.internal.probe.Eventually;
import io.dropwatch.internal.probe.OlderKernel;
import io.dropwatch.model.DropSource;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.KernelStack;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.model.Owner;
import io.dropwatch.model.RingKind;
import io.dropwatch.pcapfilter.LinkType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real drops of the running kernel on the loopback device. Needs root and a kernel with BTF. */
@Timeout(60)
@Tag("live")
class DropWatcherLiveTest {
  private final int port;
  private final Collection<DropEvent> events = new ConcurrentLinkedQueue<>();

  DropWatcherLiveTest() throws IOException {
    port = Loopback.closedPort();
  }

  @Test
  void onEvent_hundredDrops_deliversAllWithEveryField() throws IOException, InterruptedException {
    Instant before = Instant.now();
    watch(
        watcher().onEvent(events::add),
        () -> Loopback.sendUdp(port, 100),
        all -> all.delivered() >= 100);
    Instant after = Instant.now();

    assertEquals(100, events.size());
    DropEvent event = events.iterator().next();
    assertEquals(OlderKernel.reason("NO_SOCKET"), event.reason().name());
    assertEquals(DropSource.SOFTWARE, event.source());
    assertEquals("IPv4/UDP", event.layers().label());
    assertEquals(LinkType.ETHERNET, event.linkType());
    assertEquals(0x0800, event.etherType());
    assertEquals(14 + 20 + 8 + 15, event.packetLength());
    assertEquals(14 + 20 + 8 + 15, event.packet().length);
    NetworkDevice device = event.device();
    assertNotNull(device);
    assertEquals("lo", device.name());
    assertEquals(1, device.ifindex());
    assertEquals(
        Files.getAttribute(Path.of("/proc/self/ns/net"), "unix:ino"),
        event.networkNamespace().inum());
    assertNotEquals(0, event.location());
    assertNotEquals(0, event.skbAddress());
    Instant received = event.receivedTime();
    assertNotNull(received);
    assertFalse(received.isBefore(event.time().minusMillis(5)), received + " < " + event.time());
    assertFalse(event.time().isBefore(before.minusMillis(5)), event.time() + " < " + before);
    assertFalse(event.time().isAfter(after.plusMillis(5)), event.time() + " > " + after);
  }

  // A loaded machine may leave the receiving half to ksoftirqd, so this sends until it does not.
  @Test
  void comm_dropOnSendersThread_namesTheProcess() throws IOException, InterruptedException {
    long own = ProcessHandle.current().pid();
    CountDownLatch seen = new CountDownLatch(1);
    watch(
        watcher()
            .onEvent(
                event -> {
                  if (event.pid() == own && event.tid() != 0 && !event.comm().isEmpty()) {
                    seen.countDown();
                  }
                }),
        () -> {
          while (!seen.await(1, TimeUnit.MILLISECONDS)) {
            Loopback.sendUdp(port, 1);
          }
        },
        all -> all.delivered() > 0);
  }

  @Test
  void stack_udpDrop_leadsFromKfreeSkbToUdp() throws IOException, InterruptedException {
    watch(
        watcher().onEvent(events::add),
        () -> Loopback.sendUdp(port, 1),
        all -> all.delivered() >= 1);

    String stack = events.iterator().next().stack().toString();
    assertTrue(stack.matches("(?s)(kfree_skb|sk_skb_reason_drop|__udp4_lib_rcv|udp).*"), stack);
    assertTrue(stack.contains("udp"), stack);
    assertFalse(stack.contains("bpf_"), stack);
  }

  @Test
  void stackDepth_n_givesNFrames() throws IOException, InterruptedException {
    watch(
        watcher().stackDepth(3).onEvent(events::add),
        () -> Loopback.sendUdp(port, 1),
        all -> all.delivered() >= 1);

    assertEquals(3, events.iterator().next().stack().depth());
  }

  // Each CPU walks for itself, and a namespace's packets may change CPUs.
  @Test
  void stackOncePer_sameLocation_sharesTheStack() throws IOException, InterruptedException {
    watch(
        watcher().stackOncePer(Duration.ofHours(1)).onEvent(events::add),
        () -> Loopback.sendUdp(port, 200),
        all -> all.delivered() >= 200);

    long own = events.stream().filter(event -> !event.stack().shared()).count();
    int processors = Runtime.getRuntime().availableProcessors();
    assertTrue(own >= 1 && own <= processors, own + " own stacks");
    for (DropEvent event : events) {
      assertTrue(event.stack().toString().contains("udp"), event::toString);
    }
  }

  @Test
  void stackOncePer_periodIsOver_walksAgain() throws IOException, InterruptedException {
    watch(
        watcher().stackOncePer(Duration.ofNanos(1)).onEvent(events::add),
        () -> Loopback.sendUdp(port, 50),
        all -> all.delivered() >= 50);

    assertTrue(events.stream().noneMatch(event -> event.stack().shared()));
    assertTrue(events.stream().allMatch(event -> event.stack().depth() > 0));
  }

  @Test
  void onRawEvent_stackOncePer_hasSharedStack() throws IOException, InterruptedException {
    AtomicLong own = new AtomicLong();
    Collection<Integer> depths = new ConcurrentLinkedQueue<>();
    watch(
        watcher()
            .stackOncePer(Duration.ofHours(1))
            .onRawEvent(
                raw -> {
                  own.addAndGet(raw.hasSharedStack() ? 0 : 1);
                  boolean all = true;
                  for (int i = 0; i < raw.stackDepth(); i++) {
                    all &= raw.stackAddress(i) != 0;
                  }
                  depths.add(all ? raw.stackDepth() : -1);
                }),
        () -> Loopback.sendUdp(port, 200),
        all -> all.delivered() >= 200);

    assertTrue(own.get() >= 1, own + " own stacks");
    assertTrue(own.get() <= Runtime.getRuntime().availableProcessors(), own + " own stacks");
    assertTrue(depths.stream().allMatch(depth -> depth > 4), depths::toString);
  }

  @Test
  void stackDepth_zero_hasNoStack() throws IOException, InterruptedException {
    watch(
        watcher().stackDepth(0).onEvent(events::add),
        () -> Loopback.sendUdp(port, 1),
        all -> all.delivered() >= 1);

    DropEvent event = events.iterator().next();
    assertEquals(KernelStack.EMPTY, event.stack());
    assertEquals(event.location(), event.locationFrame().address());
    assertTrue(event.locationFrame().name().contains("udp"), event.locationFrame()::toString);
  }

  @Test
  void filter_noMatch_countsFiltered() throws IOException, InterruptedException {
    int other = Loopback.closedPort();
    DropStatistics statistics =
        watch(
            watcher().onEvent(events::add),
            () -> {
              Loopback.sendUdp(port, 10);
              Loopback.sendUdp(other, 20);
            },
            all -> all.delivered() >= 10 && all.filtered() >= 20);

    assertEquals(10, statistics.delivered());
    assertTrue(statistics.filtered() >= 20, statistics::toString);
    assertEquals(10, events.size());
  }

  @Test
  void excludedDevices_dropOnThem_deliversNothing() throws IOException, InterruptedException {
    DropStatistics statistics =
        watch(
            watcher().excludedDevices("lo").onEvent(events::add),
            () -> Loopback.sendUdp(port, 10),
            all -> all.excluded() >= 10);

    assertTrue(statistics.excluded() >= 10, statistics::toString);
    assertEquals(0, events.size());
  }

  @Test
  void devices_dropOnThem_deliversIt() throws IOException, InterruptedException {
    watch(
        watcher().devices("lo").onEvent(events::add),
        () -> Loopback.sendUdp(port, 10),
        all -> all.delivered() >= 10);
    assertEquals(10, events.size());
  }

  @Test
  void maxEventsPerSecond_flood_isNeverExceeded() throws IOException, InterruptedException {
    DropStatistics statistics;
    try {
      statistics =
          watch(
              watcher().maxEventsPerSecond(7).onEvent(events::add),
              () -> {
                long start = System.nanoTime();
                while (System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(2500)) {
                  Loopback.sendUdp(port, 100);
                }
              },
              all -> all.limited() > 0);
    } catch (DropWatchException e) {
      OlderKernel.assertTooOldToLimit(e.code());
      return;
    }

    assertTrue(statistics.limited() > 0, statistics::toString);
    // In the order of time: each CPU has its ring.
    DropEvent[] all =
        events.stream().sorted(Comparator.comparing(DropEvent::time)).toArray(DropEvent[]::new);
    assertTrue(all.length >= 14, () -> all.length + " events in 2.5 s");
    for (int i = 7; i < all.length; i++) {
      Duration between = Duration.between(all[i - 7].time(), all[i].time());
      assertTrue(between.compareTo(Duration.ofMillis(990)) >= 0, "8 events within " + between);
    }
  }

  @Test
  void statistics_flood_balanceExactly() throws IOException, InterruptedException {
    AtomicLong heard = new AtomicLong();
    DropStatistics statistics =
        watch(
            DropWatcher.builder().ringBytesPerCpu(16384).onEvent(_ -> heard.incrementAndGet()),
            () -> {
              Thread flood = Thread.ofPlatform().start(() -> flood(100_000));
              Loopback.sendUdp(port, 100_000);
              flood.join();
            },
            all -> all.seen() >= 200_000);

    assertEquals(
        statistics.seen(),
        statistics.excluded()
            + statistics.filtered()
            + statistics.limited()
            + statistics.lost()
            + statistics.emitted());
    assertEquals(statistics.emitted(), statistics.delivered() + statistics.lostInRing());
    assertEquals(0, statistics.lostInRing());
    assertEquals(statistics.delivered(), heard.get());
    assertTrue(statistics.seen() >= 200_000, statistics::toString);
  }

  @ParameterizedTest
  @EnumSource
  void ring_eachKindTooSmall_accountsForLosses(RingKind kind)
      throws IOException, InterruptedException {
    AtomicLong heard = new AtomicLong();
    DropWatcher watcher =
        watcher().ring(kind).ringBytesPerCpu(4096).onEvent(_ -> heard.incrementAndGet()).start();
    try (watcher) {
      Loopback.sendUdp(port, 50_000);
      Eventually.until(
          () -> watcher.statistics().emitted() + watcher.statistics().lost() >= 50_000);
    }
    DropStatistics statistics = watcher.statistics();
    assertEquals(50_000, statistics.emitted() + statistics.lost(), statistics::toString);
    assertEquals(statistics.lost(), statistics.lostNoSpace(), statistics::toString);
    assertEquals(statistics.emitted(), statistics.delivered(), statistics::toString);
    assertEquals(statistics.delivered(), heard.get());
    assertTrue(statistics.delivered() > 0, statistics::toString);
    if (kind != RingKind.AUTO) {
      assertEquals(kind, watcher.probe().ring());
    }
    assertTrue(watcher.probe().ringBytes() >= 4096, watcher.probe()::toString);
  }

  @Test
  void onRawEvent_drop_hasPacketBytes() throws IOException, InterruptedException {
    AtomicLong heard = new AtomicLong();
    byte[] packet = new byte[512];
    DropStatistics statistics =
        watch(
            watcher()
                .onRawEvent(
                    raw -> {
                      assertEquals(14 + 20 + 8 + 15, raw.wireLength());
                      assertEquals(raw.capturedLength(), raw.copyPacket(packet, 0));
                      assertEquals(port >> 8, raw.packetByte(14 + 20 + 2));
                      assertEquals(0x0800, raw.etherType());
                      assertEquals(1, raw.ifindex());
                      assertTrue(raw.stackDepth() > 3);
                      assertNotEquals(0, raw.stackAddress(raw.stackDepth() - 1));
                      heard.incrementAndGet();
                    }),
            () -> Loopback.sendUdp(port, 100),
            all -> all.delivered() >= 100);

    assertEquals(100, heard.get());
    assertEquals(100, statistics.delivered());
  }

  @Test
  void ownerResolver_throws_countsOwnerFailures() throws IOException, InterruptedException {
    Collection<Throwable> failures = new ConcurrentLinkedQueue<>();
    DropStatistics statistics =
        watch(
            watcher()
                .ownerResolver(
                    query -> {
                      throw new IllegalStateException("no answer for " + query.pid());
                    })
                .onError(failures::add)
                .onEvent(events::add),
            () -> Loopback.sendUdp(port, 20),
            all -> all.delivered() >= 20);

    assertEquals(20, statistics.delivered());
    assertEquals(20, statistics.ownerFailures());
    assertEquals(20, failures.size());
    assertTrue(events.stream().allMatch(event -> event.owner().equals(Owner.UNKNOWN)));
    assertTrue(statistics.toString().endsWith(" owner_failures=20"), statistics::toString);
  }

  private void flood(int times) {
    try {
      Loopback.sendUdp(port, times);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private interface Traffic {
    void send() throws IOException, InterruptedException;
  }

  /**
   * The account of a watcher that was open while the traffic was sent, and until the kernel had
   * dropped it: what is sent may wait in the receiving CPU's backlog.
   */
  private static DropStatistics watch(
      DropWatcherBuilder builder, Traffic traffic, Predicate<DropStatistics> dropped)
      throws IOException, InterruptedException {
    DropWatcher watcher = builder.start();
    try (watcher) {
      traffic.send();
      Eventually.until(() -> dropped.test(watcher.statistics()));
    }
    return watcher.statistics();
  }

  private DropWatcherBuilder watcher() {
    return DropWatcher.builder().filter("udp and dst port " + port);
  }
}
