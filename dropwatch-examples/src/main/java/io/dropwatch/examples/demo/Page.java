package io.dropwatch.examples.demo;

import io.dropwatch.DropEvent;
import io.dropwatch.examples.lab.Flow;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.StackFrame;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** What the demo's reader sees; in colour where a terminal shows it. */
final class Page {
  private static final int FRAMES_SHOWN = 6;
  private static final String BOLD = "1";
  private static final String RED = "1;31";
  private static final String CYAN = "1;36";
  private static final String GREY = "90";

  private final PrintStream out;
  private final boolean colours;

  Page(PrintStream out, boolean colours) {
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
        "  Three network namespaces, made for this and removed after it. A probe is now in the");
    out.println("  kernel; its filter, compiled to eBPF, is  " + in(BOLD, filter));
  }

  void act(int number, Act act, DropEvent event) {
    out.println();
    out.println(in(BOLD, "  " + number + "  " + act.scenario().story()));
    fact("reason", in(RED, event.reason().name()));
    fact("packet", Flow.of(event) + ", " + event.packetLength() + " bytes");
    fact("where", where(act, event));
    List<StackFrame> frames = event.stack().frames();
    for (int i = 0; i < Math.min(FRAMES_SHOWN, frames.size()); i++) {
      boolean dropping = frames.get(i).name().equals(act.scenario().drop().function());
      fact(i == 0 ? "stack" : "", in(dropping ? CYAN : GREY, frames.get(i).toString()));
    }
    if (frames.size() > FRAMES_SHOWN) {
      fact("", in(GREY, "… and " + (frames.size() - FRAMES_SHOWN) + " more"));
    }
    fact("so", act.lesson());
  }

  void end(DropStatistics statistics) {
    out.println();
    out.println(in(BOLD, "  Every drop is accounted for"));
    out.println("     " + statistics);
    out.printf(
        "     %d drops on this machine meanwhile: %d did not match the filter and never left the%n",
        statistics.seen(), statistics.filtered());
    out.printf("     kernel, %d are the events above.%n", statistics.delivered());
    out.println();
    out.println(in(GREY, "  Probe and namespaces are gone. Now yours:"));
    out.println(
        "     sudo dropwatch-examples/bin/dropwatch --filter 'tcp and port 443' --duration 60");
    out.println();
  }

  private void fact(String name, String value) {
    out.println("     " + in(GREY, "%-8s".formatted(name)) + value);
  }

  private static String where(Act act, DropEvent event) {
    var device = event.device();
    return "the %s, %s, network namespace %d"
        .formatted(
            act.scenario().drop().host().name().toLowerCase(Locale.ROOT),
            device == null ? "no device" : "device " + device.name(),
            event.networkNamespace().inum());
  }

  private String in(String colour, String text) {
    return colours ? "\u001b[" + colour + "m" + text + "\u001b[0m" : text;
  }
}
