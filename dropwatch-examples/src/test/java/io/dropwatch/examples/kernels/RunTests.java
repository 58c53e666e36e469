package io.dropwatch.examples.kernels;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs test classes, given by their full names, and prints a line per test. The exit status is 1 if
 * a test failed or none was found.
 */
final class RunTests implements TestExecutionListener {
  private final PrintStream out;
  private int passed;
  private int failed;
  private int skipped;
  private long started;

  private RunTests(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] classes) {
    List<? extends DiscoverySelector> selectors =
        Arrays.stream(classes).map(DiscoverySelectors::selectClass).toList();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selectors).build();
    RunTests run = new RunTests(System.out);
    LauncherFactory.create().execute(request, run);
    System.out.printf(
        Locale.ROOT, "%d passed, %d failed, %d skipped%n", run.passed, run.failed, run.skipped);
    System.exit(run.failed == 0 && run.passed > 0 ? 0 : 1);
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    started = System.nanoTime();
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    skipped++;
    out.printf("skip  %s: %s%n", name(test), reason);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    boolean successful = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
    if (test.isContainer() && successful) {
      return;
    }
    long milliseconds = (System.nanoTime() - started) / 1_000_000;
    switch (result.getStatus()) {
      case SUCCESSFUL -> {
        passed++;
        out.printf("pass  %s (%d ms)%n", name(test), milliseconds);
      }
      case ABORTED -> {
        skipped++;
        out.printf(
            "skip  %s: %s%n",
            name(test), result.getThrowable().map(Throwable::getMessage).orElse("no reason given"));
      }
      case FAILED -> {
        failed++;
        out.printf("FAIL  %s (%d ms)%n", name(test), milliseconds);
        result.getThrowable().ifPresent(thrown -> thrown.printStackTrace(out));
      }
    }
  }

  /** {@code ScenarioIT.everyPacket TTL_EXPIRED}. */
  private static String name(TestIdentifier test) {
    TestSource source = test.getSource().orElse(null);
    return switch (source) {
      case MethodSource method -> {
        String simple = simple(method.getClassName()) + "." + method.getMethodName();
        String shown = test.getDisplayName();
        yield shown.startsWith(method.getMethodName()) ? simple : simple + " " + shown;
      }
      case ClassSource type -> simple(type.getClassName());
      case null, default -> test.getDisplayName();
    };
  }

  private static String simple(String className) {
    return className.substring(className.lastIndexOf('.') + 1);
  }
}
