package io.dropwatch.bpf;

import java.lang.foreign.MemorySegment;
import java.time.Duration;

/** The main class that {@link ChildJvm} runs. Prints one line. */
final class ChildMain {
  private ChildMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    try {
      System.out.println(run(arguments[0]));
    } catch (BpfException e) {
      System.out.println(e.getMessage());
    }
  }

  private static String run(String action) throws InterruptedException {
    return switch (action) {
      case "preflight" -> Preflight.check().toString();
      case "require" -> {
        Libbpf.require();
        yield "available";
      }
      case "ring" -> ring();
      case "attach modern" -> attach("modern");
      case "attach classic" -> attach("classic");
      case "close stress" -> CloseStress.run(Duration.ofSeconds(4));
      case "close variables" -> CloseStress.variables(Duration.ofSeconds(2));
      case "symbols" -> "hidden=" + KernelSymbols.load().hidden();
      default -> throw new IllegalArgumentException(action);
    };
  }

  private static String ring() throws InterruptedException {
    try (BpfObject object = TestObjects.open("ring")) {
      object.load();
      try (PerfRing ring = PerfRing.open(object.map("events"), 8192, Wakeup.afterRecords(1))) {
        TestRun run = object.program("emit").testRun(TestObjects.packet());
        int read =
            ring.poll(
                Duration.ofSeconds(10),
                new RingConsumer() {
                  @Override
                  public void record(int cpu, MemorySegment payload) {}

                  @Override
                  public void lost(int cpu, long count) {}
                });
        return "result=" + run.result() + " read=" + read;
      }
    }
  }

  private static String attach(String program) {
    try (BpfObject object = TestObjects.open("drops")) {
      object.load();
      try (BpfLink link = object.program(program).attach()) {
        return "attached=" + link.isAttached();
      }
    }
  }
}
