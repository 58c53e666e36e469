package io.dropwatch.examples.demo;

import io.dropwatch.DropEvent;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.StackFrame;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Prints the demo, in colour on a terminal. */
final class DemoPage {
  private static final int FRAMES_SHOWN = 6;
  private static final String BOLD = "1";
  private static final String RED = "1;31";
  private static final String CYAN = "1;36";
  private static final String GREY = "90";

  private final PrintStream out;
  private final boolean colours;

  DemoPage(PrintStream out, boolean colours) {
    this.out = out;
    this.colours = colours;
  }

  void title(String filter) {
    out.println();
    out.println(in(BOLD, "  dropwatch") + ": five packets that never arrive, and why");
    out.println();
    out.println("    client ─────────── router ─────────── server");
    out.println(in(GREY, "    192.0.2.1                             198.51.100.2"));
    out.println();
    out.println(
        "  Three network namespaces, created for this demo and removed at the end. The probe is");
    out.println("  attached; its filter, compiled to eBPF, is  " + in(BOLD, filter));
  }

  void step(int number, DemoStep step, DropEvent event) {
    out.println();
    out.println(in(BOLD, "  " + number + "  " + step.scenario().description()));
    fact("reason", in(RED, event.reason().name()));
    fact("packet", event.flow() + ", " + event.packetLength() + " bytes");
    fact("where", where(step, event));
    List<StackFrame> frames = event.stack().frames();
    for (int i = 0; i < Math.min(FRAMES_SHOWN, frames.size()); i++) {
      boolean dropping = frames.get(i).name().equals(step.scenario().drop().function());
      fact(i == 0 ? "stack" : "", in(dropping ? CYAN : GREY, frames.get(i).toString()));
    }
    if (frames.size() > FRAMES_SHOWN) {
      fact("", in(GREY, "… and " + (frames.size() - FRAMES_SHOWN) + " more"));
    }
    fact("so", step.conclusion());
  }

  void end(DropStatistics statistics) {
    out.println();
    out.println(in(BOLD, "  Every drop is accounted for"));
    out.println("     " + statistics);
    out.printf(
        "     %d drops on this machine meanwhile: %d did not match the filter and stayed in the%n",
        statistics.seen(), statistics.filtered());
    out.printf("     kernel, %d are the events above.%n", statistics.delivered());
    out.println();
    out.println(
        in(GREY, "  The probe and the namespaces are removed. Now watch your own machine:"));
    out.println(
        "     sudo dropwatch-examples/bin/dropwatch --filter 'tcp and port 443' --duration 60");
    out.println();
  }

  private void fact(String name, String value) {
    out.println("     " + in(GREY, "%-8s".formatted(name)) + value);
  }

  private static String where(DemoStep step, DropEvent event) {
    var device = event.device();
    return "the %s, %s, network namespace %d"
        .formatted(
            step.scenario().drop().host().name().toLowerCase(Locale.ROOT),
            device == null ? "no device" : "device " + device.name(),
            event.networkNamespace().inum());
  }

  private String in(String colour, String text) {
    return colours ? "\u001b[" + colour + "m" + text + "\u001b[0m" : text;
  }
}
