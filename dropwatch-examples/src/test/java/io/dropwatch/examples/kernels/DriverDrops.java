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
 * Drops by a driver in bnxt_tx_int, the function of the third default noise rule. Instead of
 * Broadcom's driver, which needs its hardware, a test module ({@code src/test/kmod}) frees the
 * packets with kfree_skb in a function of that name, which is all that the rule looks at.
 *
 * <p>Also tests modules at the same address: the second module has the same code with another
 * function name, so the kernel loads it where the first one was.
 *
 * <p>Runs in the guests of {@code .ci/other-kernels}; not part of {@code mvn verify}.
 */
class DriverDrops {
  private static final String FILTER = "udp and src host 192.0.2.9 and dst port 4242";
  private static final int PACKETS = 20;
  private static final int MAX_ROUNDS = 20;
  private static final long TIMEOUT_NANOS = 300_000_000_000L;

  private final List<DropEvent> quiet = Collections.synchronizedList(new ArrayList<>());
  private final List<DropEvent> all = Collections.synchronizedList(new ArrayList<>());

  /** The two modules and their functions that free packets. */
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
  void bnxtTxInt_isNoise() throws Exception {
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

  /** Frames and rules do not confuse the second driver with the first. */
  @Test
  void secondModuleAtTheSameAddress_isNotNoise() throws Exception {
    Set<Long> ofBnxt = new HashSet<>();
    int ofOther = 0;
    boolean samePlace = false;
    DropWatcher byDefault = byDefault();
    DropWatcher switchedOff = switchedOff();
    try (byDefault;
        switchedOff) {
      for (int round = 0; round < MAX_ROUNDS && !samePlace; round++) {
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
    // Until the next check of the loaded modules, no name is shown and no rule applied.
    long delivered = byDefault.statistics().delivered();
    assertTrue(delivered >= ofOther, byDefault.statistics()::toString);
    assertTrue(
        quiet.stream().noneMatch(event -> event.stack().toString().contains("bnxt_tx_int")),
        quiet::toString);
  }

  /** Loads a driver, drops packets until stacks show its name, and unloads it. */
  private List<DropEvent> dropped(Driver driver) throws IOException, InterruptedException {
    driver.load();
    int first = all.size();
    int sent = 0;
    DropEvent last;
    // Reading all symbols takes seconds on an emulated machine.
    long start = System.nanoTime();
    do {
      Thread.sleep(sent == 0 ? 0 : 1000);
      driver.drop(PACKETS);
      sent += PACKETS;
      int expected = first + sent;
      Programs.await(() -> all.size() >= expected);
      last = all.getLast();
    } while (!last.stack().toString().contains(driver.function)
        && System.nanoTime() - start < TIMEOUT_NANOS);
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

  /** Returns the frame that called the kernel's free function. */
  private static StackFrame frameOfADriver(DropEvent event) {
    return event.stack().frames().stream()
        .filter(frame -> frame.module() != null || frame.symbol() == null)
        .findFirst()
        .orElseThrow(() -> new AssertionError(event.stack().withOffsets()));
  }
}
