package io.dropwatch.examples.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatchException;
import io.dropwatch.DropWatcher;
import io.dropwatch.examples.terminal.Stdout;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.examples.testbed.TestbedException;
import io.dropwatch.layers.FiveTuple;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Sends one packet for each step and prints the drop event that the kernel reports. */
public final class Demo {
  private static final String FILTER = "src host " + RoutedNetwork.CLIENT4;
  private static final long TIMEOUT_SECONDS = 5;

  private final BlockingQueue<DropEvent> events = new LinkedBlockingQueue<>();
  private final DemoPage page;

  private Demo(DemoPage page) {
    this.page = page;
  }

  /** Runs the demo; a failure is one line on stderr and exit status 1. */
  public static void main(String[] args) throws InterruptedException {
    // Terminals expect UTF-8, even if LANG is not set.
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
    try {
      new Demo(new DemoPage(out, Stdout.showsColours())).run();
    } catch (TestbedException | DropWatchException | IllegalStateException e) {
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
        for (DemoStep step : DemoStep.ALL) {
          step.scenario().prepare(network);
          step.scenario().send(network, 1);
          page.step(number++, step, eventOf(step.scenario().flow()));
        }
      }
    }
    page.end(watcher.statistics());
  }

  private DropEvent eventOf(FiveTuple flow) throws InterruptedException {
    DropEvent event;
    do {
      event = events.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      if (event == null) {
        throw new IllegalStateException(
            "the kernel reported no drop of %s within %d s".formatted(flow, TIMEOUT_SECONDS));
      }
    } while (!flow.equals(event.flow()));
    return event;
  }
}
