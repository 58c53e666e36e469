package io.dropwatch.examples.top;

import io.dropwatch.DropCounter;
import io.dropwatch.DropCounterBuilder;
import io.dropwatch.examples.terminal.Terminal;
import io.dropwatch.model.DropCounts;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code dropwatch top}: it ends after the duration or so many tables, at q, and at
 * SIGINT, SIGTERM or SIGHUP; the terminal is then as it was.
 */
public final class TopSession {
  private static final long SECONDS_TO_END = 5;

  private final DropCounterBuilder plan;
  private final TopPlan wanted;
  private final NetnsNames namespaces = new NetnsNames();
  private final TopTable table = new TopTable(namespaces::name);
  private final PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  /** A session that starts with {@link #run}. */
  public TopSession(DropCounterBuilder plan, TopPlan wanted) {
    this.plan = plan;
    this.wanted = wanted;
  }

  /** Returns the exit status. */
  public int run() {
    Thread hook = Thread.ofPlatform().name("end of the session").unstarted(this::endBySignal);
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      DropCounter counter = plan.start();
      try (counter) {
        show(counter);
      }
      System.err.println(counter.snapshot());
      return 0;
    } finally {
      ended.countDown();
    }
  }

  private void show(DropCounter counter) {
    if (!Terminal.isTerminal()) {
      System.err.println("dropwatch: counting; Ctrl-C ends");
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
      picture(before, before, screen);
    }
    long left = Long.MAX_VALUE;
    long until = 0;
    if (!wanted.duration().isZero()) {
      until = System.nanoTime() + wanted.duration().toNanos();
    }
    for (int shown = 0; wanted.tables() == 0 || shown < wanted.tables(); shown++) {
      if (!wanted.duration().isZero()) {
        left = until - System.nanoTime();
      }
      long wait = Math.min(left, wanted.interval().toNanos());
      if (wait <= 0 || stopped(wait)) {
        return;
      }
      DropCounts now = counter.snapshot();
      picture(now, now.since(before), screen);
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

  private void picture(DropCounts all, DropCounts interval, @Nullable Screen screen) {
    namespaces.refresh();
    List<TopRow> rows = TopRow.of(all, interval, wanted.order());
    String summary = table.summary(all, interval);
    if (screen != null) {
      screen.show(summary, table.lines(rows, Screen.size()[1]));
      return;
    }
    out.println(summary);
    table.lines(rows, TopTable.ANY_WIDTH).forEach(out::println);
    out.println();
    out.flush();
  }

  /** Runs while the JVM ends: when System.exit ends it after run(), there is nothing left to do. */
  private void endBySignal() {
    if (ended.getCount() == 0) {
      return;
    }
    stop.countDown();
    try {
      var _ = ended.await(SECONDS_TO_END, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // Without this the status would be that of the signal.
    Runtime.getRuntime().halt(0);
  }

  /**
   * What the user asked for.
   *
   * @param interval between two tables
   * @param tables how many; 0: until stopped
   * @param duration how long; zero: until stopped
   * @param order of the rows
   */
  public record TopPlan(Duration interval, int tables, Duration duration, TopOrder order) {}
}
