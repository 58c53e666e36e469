package io.dropwatch.examples.top;

import io.dropwatch.DropCounter;
import io.dropwatch.DropCounterBuilder;
import io.dropwatch.examples.terminal.Stderr;
import io.dropwatch.examples.terminal.Stdout;
import io.dropwatch.examples.terminal.StopSignal;
import io.dropwatch.model.DropCounts;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code dropwatch top}: counts drops and shows a table after each interval. Ends after
 * the duration or the number of tables, at q, and at SIGINT, SIGTERM or SIGHUP, and restores the
 * terminal.
 */
public final class TopSession {
  /** Values of {@code --sort}, as users write them. */
  public enum Order {
    /** Drops per second in the last interval. */
    rate,
    /** Drops since the start. */
    total,
    /** Name of the reason. */
    reason,
    /** Name of the device. */
    device
  }

  private final DropCounterBuilder builder;
  private final Duration interval;
  private final int tables;
  private final Duration duration;
  private final Order order;
  private final NetnsNames namespaces = new NetnsNames();
  private final TopTable table = new TopTable(namespaces::name);
  private final PrintStream out = new PrintStream(Stdout.stream(), false, StandardCharsets.UTF_8);
  private final CountDownLatch stop = new CountDownLatch(1);

  /**
   * A session that starts with {@link #run}.
   *
   * @param interval time between two tables
   * @param tables number of tables; 0: until stopped
   * @param duration time after which it ends; zero: until stopped
   * @param order order of the rows
   */
  public TopSession(
      DropCounterBuilder builder, Duration interval, int tables, Duration duration, Order order) {
    this.builder = builder;
    this.interval = interval;
    this.tables = tables;
    this.duration = duration;
    this.order = order;
  }

  /** Returns the exit status. */
  public int run() {
    try (StopSignal signal = new StopSignal(stop::countDown, () -> 1)) {
      DropCounter counter = builder.start();
      try (counter) {
        run(counter);
      }
      boolean complete = Stdout.isComplete();
      Stderr.println(counter.snapshot().toString());
      return signal.ended(complete ? 0 : 1);
    }
  }

  private void run(DropCounter counter) {
    if (!Stdout.isScreen()) {
      Stderr.println("dropwatch: counting; Ctrl-C stops");
      repeat(counter, null);
      return;
    }
    try (Screen screen = new Screen(out, stop::countDown)) {
      repeat(counter, screen);
    }
  }

  private void repeat(DropCounter counter, @Nullable Screen screen) {
    DropCounts before = counter.snapshot();
    if (screen != null) {
      print(before, before, screen);
    }
    long left = Long.MAX_VALUE;
    long until = 0;
    if (!duration.isZero()) {
      until = System.nanoTime() + duration.toNanos();
    }
    for (int shown = 0; tables == 0 || shown < tables; shown++) {
      if (!duration.isZero()) {
        left = until - System.nanoTime();
      }
      long wait = Math.min(left, interval.toNanos());
      if (wait <= 0 || stopped(wait)) {
        return;
      }
      DropCounts now = counter.snapshot();
      print(now, now.since(before), screen);
      if (screen == null && out.checkError()) {
        return;
      }
      before = now;
    }
  }

  private boolean stopped(long nanos) {
    try {
      return stop.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void print(DropCounts all, DropCounts recent, @Nullable Screen screen) {
    namespaces.refresh();
    List<TopRow> rows = TopRow.of(all, recent, order);
    String summary = table.summary(all, recent);
    if (screen != null) {
      screen.show(summary, table.lines(rows, Screen.size()[1]));
      return;
    }
    out.println(summary);
    table.lines(rows, TopTable.ANY_WIDTH).forEach(out::println);
    out.println();
    out.flush();
  }
}
