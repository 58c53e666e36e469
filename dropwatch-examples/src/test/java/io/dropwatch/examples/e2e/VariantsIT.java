package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** However the probe runs, it takes the same packets and tells the same of them. */
class VariantsIT {
  /** In a process and a mount namespace of its own: one of them needs tracefs. */
  @Test
  void eachWayOfRunningTheProbeTellsTheSame() throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "mount -t tracefs tracefs /sys/kernel/tracing && exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path", ""),
                VariantsMain.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

    assertTrue(process.waitFor(240, TimeUnit.SECONDS), "ends by itself");
    String last = output.lines().reduce((_, line) -> line).orElse("");
    assertTrue(last.endsWith("TYPED, CLASSIC] agree"), output);
  }
}
