package io.dropwatch.examples.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatchException;
import io.dropwatch.DropWatcher;
import io.dropwatch.examples.lab.Flow;
import io.dropwatch.examples.lab.LabException;
import io.dropwatch.examples.lab.RoutedNetwork;
import io.dropwatch.examples.terminal.Terminal;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Sends one packet for each act into the network and shows the event that comes back from the
 * kernel.
 */
public final class Demo {
  private static final String FILTER = "src host " + RoutedNetwork.CLIENT4;
  private static final long PATIENCE_SECONDS = 5;

  private final BlockingQueue<DropEvent> events = new LinkedBlockingQueue<>();
  private final Page page;

  private Demo(Page page) {
    this.page = page;
  }

  /** Runs the demo; ends with status 1 and one line on stderr when this machine cannot. */
  public static void main(String[] args) throws InterruptedException {
    // UTF-8 in any locale: terminals speak it, also where nobody has set LANG.
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
    try {
      new Demo(new Page(out, Terminal.showsColours())).run();
    } catch (LabException | DropWatchException e) {
      System.err.println("demo: " + e.getMessage());
      System.exit(1);
    }
  }

  private void run() throws InterruptedException {
    DropWatcher watcher;
    try (RoutedNetwork network = RoutedNetwork.open()) {
      watcher =
          DropWatcher.builder().filter(FILTER).noiseRules(List.of()).onEvent(events::add).start();
      try (watcher) {
        page.title(FILTER);
        int number = 1;
        for (Act act : Act.ALL) {
          act.scenario().prepare(network);
          act.scenario().send(network, 1);
          page.act(number++, act, eventOf(act.scenario().flow()));
        }
      }
    }
    page.end(watcher.statistics());
  }

  private DropEvent eventOf(Flow flow) throws InterruptedException {
    DropEvent event;
    do {
      event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (event == null) {
        throw DropWatchException.environment(
            "the kernel reported no drop of %s within %d s: does its build have the kfree_skb tracepoint?"
                .formatted(flow, PATIENCE_SECONDS));
      }
    } while (!flow.equals(Flow.of(event)));
    return event;
  }
}
