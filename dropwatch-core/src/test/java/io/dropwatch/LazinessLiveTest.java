package io.dropwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An event that nobody looks into costs no decoding, on real drops: the classes that do it are
 * never even loaded. In a JVM of its own, where no other test has loaded them. Needs root.
 */
@Tag("live")
class LazinessLiveTest {
  @Test
  void event_layersNotRead_loadsNoDecoder() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path", ""),
                LazinessMain.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertTrue(process.waitFor(30, TimeUnit.SECONDS), "ends by itself");
    assertEquals(
        """
        100 events that nobody looks into: []
        IPv4/UDP: [Dissection]
        true: [Dissection]
        """,
        output);
  }
}
