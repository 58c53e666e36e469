package io.dropwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** RE2/J is optional: what needs it says so, and nothing else misses it. Needs root. */
@Tag("live")
class WithoutRe2LiveTest {
  @Test
  void start_withoutRe2j_onlyPatternsAreRefused() throws Exception {
    List<String> whole =
        Arrays.asList(System.getProperty("java.class.path", "").split(File.pathSeparator));
    String without =
        whole.stream()
            .filter(entry -> !entry.contains("re2j"))
            .collect(Collectors.joining(File.pathSeparator));
    assertEquals(whole.size() - 1, without.split(File.pathSeparator).length, without);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                without,
                WithoutRe2Main.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertTrue(process.waitFor(30, TimeUnit.SECONDS), "ends by itself");
    assertEquals(
        """
        default rules: seen
        other rules: seen
        NO_RE2J: noise rule 'mine' is a pattern, which needs RE2/J; put com.google.re2j:re2j on the class path, or use a rule by function
        """,
        output);
    assertEquals(0, process.exitValue());
  }
}
