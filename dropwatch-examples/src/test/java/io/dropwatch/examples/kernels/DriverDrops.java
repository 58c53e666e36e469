package io.dropwatch.examples.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatcher;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.NoiseRule;
import io.dropwatch.model.StackFrame;
import io.dropwatch.output.JsonWriter;
import io.dropwatch.output.TextWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Real drops by a driver, in a function that the third default noise rule names: bnxt_tx_int. The
 * driver is not Broadcom's, for which no machine of ours has a card, but a stand-in of the tests'
 * own ({@code src/test/kmod}): the packets are freed with kfree_skb by a function of that name in a
 * module, and that is all that the rule looks at.
 *
 * <p>And modules in each other's place: the second is the same code with the function under another
 * name, so the kernel loads it where the first one was.
 *
 * <p>For a machine of its own, as the guests of {@code .ci/other-kernels} are; not part of {@code
 * mvn verify}.
 */
class DriverDrops {
  private static final String FILTER = "udp and src host 192.0.2.9 and dst port 4242";
  private static final int PACKETS = 20;
  private static final int MOST_ROUNDS = 20;
  private static final long PATIENCE_NANOS = 300_000_000_000L;

  private final List<DropEvent> quiet = Collections.synchronizedList(new ArrayList<>());
  private final List<DropEvent> all = Collections.synchronizedList(new ArrayList<>());

  /** The two modules: their names, and their functions that free packets. */
  private enum Driver {
    BNXT("dropwatch_bnxt", "bnxt_tx_int"),
    OTHER("dropwatch_other", "other_rx_int");

    private final String module;
    private final String function;

    Driver(String module, String function) {
      this.module = module;
      this.function = function;
    }

    void load() throws IOException {
      Programs.run("modprobe", module);
    }

    void drop(int packets) throws IOException {
      Files.writeString(
          Path.of("/sys/module", module, "parameters/drop"), Integer.toString(packets));
    }

    void unload() throws IOException {
      Programs.run("rmmod", module);
    }

    boolean isLoaded() {
      return Files.exists(Path.of("/sys/module", module));
    }
  }

  @AfterEach
  void unload() throws IOException {
    for (Driver driver : Driver.values()) {
      if (driver.isLoaded()) {
        driver.unload();
      }
    }
  }

  private DropWatcher byDefault() {
    return DropWatcher.builder().filter(FILTER).onEvent(quiet::add).start();
  }

  private DropWatcher switchedOff() {
    return DropWatcher.builder()
        .filter(FILTER)
        .noiseRules(List.of(NoiseRule.CLOSE_WAIT, NoiseRule.NEIGH_INVALIDATE))
        .onEvent(all::add)
        .start();
  }

  @Test
  void whatTheDriverFreesAfterTransmissionIsNoise() throws Exception {
    Driver.BNXT.load();
    DropWatcher byDefault = byDefault();
    DropWatcher switchedOff = switchedOff();
    try (byDefault;
        switchedOff) {
      Driver.BNXT.drop(PACKETS);
      Programs.await(() -> all.size() >= PACKETS);
    }

    assertEquals(PACKETS, all.size());
    for (DropEvent event : all) {
      StackFrame frame = frameOfADriver(event);
      assertEquals("bnxt_tx_int", frame.symbol(), event::toString);
      assertEquals("dropwatch_bnxt", frame.module(), event::toString);
      String text = TextWriter.format(event);
      assertTrue(text.contains(" bnxt_tx_int+0x") && text.contains(" [dropwatch_bnxt]"), text);
      String json = JsonWriter.format(event);
      assertTrue(json.contains("\"drop_function\":\"bnxt_tx_int\""), json);
      assertTrue(json.contains("\"drop_module\":\"dropwatch_bnxt\""), json);
    }
    assertEquals(0, switchedOff.statistics().noise());
    assertEquals(List.of(), quiet);
    DropStatistics statistics = byDefault.statistics();
    assertEquals(PACKETS, statistics.noise(), statistics::toString);
    assertEquals(PACKETS, statistics.noiseByRule().get("bnxt_tx_int"), statistics::toString);
    assertEquals(0, statistics.delivered(), statistics::toString);
  }

  /** The other driver's packets are not taken for the first one's, by name or by rule. */
  @Test
  void codeWhereOtherCodeWas() throws Exception {
    Set<Long> ofBnxt = new HashSet<>();
    int ofOther = 0;
    boolean samePlace = false;
    DropWatcher byDefault = byDefault();
    DropWatcher switchedOff = switchedOff();
    try (byDefault;
        switchedOff) {
      for (int round = 0; round < MOST_ROUNDS && !samePlace; round++) {
        for (DropEvent event : dropped(Driver.BNXT)) {
          ofBnxt.add(frameOfADriver(event).address());
        }
        for (DropEvent event : dropped(Driver.OTHER)) {
          ofOther++;
          samePlace |= ofBnxt.contains(frameOfADriver(event).address());
        }
      }
    }
    assertTrue(samePlace, "the kernel loaded no module where the other one was");
    // Between two looks at what is loaded, neither is a name given nor a rule applied.
    long delivered = byDefault.statistics().delivered();
    assertTrue(delivered >= ofOther, byDefault.statistics()::toString);
    assertTrue(
        quiet.stream().noneMatch(event -> event.stack().toString().contains("bnxt_tx_int")),
        quiet::toString);
  }

  /** Loads a driver, lets it drop packets until their stacks have its name, and unloads it. */
  private List<DropEvent> dropped(Driver driver) throws IOException, InterruptedException {
    driver.load();
    int first = all.size();
    int sent = 0;
    DropEvent last;
    // Reading all symbols takes an emulated machine seconds, and may take a tenth of the time.
    long start = System.nanoTime();
    do {
      Thread.sleep(sent == 0 ? 0 : 1000);
      driver.drop(PACKETS);
      sent += PACKETS;
      int expected = first + sent;
      Programs.await(() -> all.size() >= expected);
      last = all.getLast();
    } while (!last.stack().toString().contains(driver.function)
        && System.nanoTime() - start < PATIENCE_NANOS);
    driver.unload();

    List<DropEvent> events = List.copyOf(all.subList(first, all.size()));
    for (DropEvent event : events) {
      StackFrame frame = frameOfADriver(event);
      assertTrue(
          frame.symbol() == null || frame.symbol().equals(driver.function),
          () -> driver + ": " + event.stack().withOffsets());
    }
    assertEquals(driver.function, frameOfADriver(last).symbol(), () -> last(events));
    return events;
  }

  private static String last(List<DropEvent> events) {
    return events.getLast().stack().withOffsets();
  }

  /** The one below the kernel's function that frees. */
  private static StackFrame frameOfADriver(DropEvent event) {
    return event.stack().frames().stream()
        .filter(frame -> frame.module() != null || frame.symbol() == null)
        .findFirst()
        .orElseThrow(() -> new AssertionError(event.stack().withOffsets()));
  }
}
