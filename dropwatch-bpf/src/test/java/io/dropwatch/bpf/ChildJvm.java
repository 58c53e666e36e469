package io.dropwatch.bpf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs {@link ChildMain} in another JVM, with other capabilities or another view of the file
 * system.
 */
final class ChildJvm {
  private ChildJvm() {}

  /**
   * Runs an action.
   *
   * @param prefix a command that executes its last arguments
   * @param action see {@link ChildMain#main}
   * @return the output, stdout and stderr
   */
  static String run(List<String> prefix, String action) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+ErrorFileToStdout");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(ChildMain.class.getName());
    command.add(action);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(Duration.ofSeconds(60))) {
        throw new AssertionError("the child does not exit: " + output);
      }
      return output;
    } finally {
      process.destroyForcibly();
    }
  }

  /** Runs as root with these capabilities only. */
  static List<String> withOnly(String... capabilities) {
    StringBuilder bounding = new StringBuilder("-all");
    for (String capability : capabilities) {
      bounding.append(",+").append(capability);
    }
    return List.of("setpriv", "--bounding-set=" + bounding, "--inh-caps=-all");
  }

  /** Runs in its own mount namespace, after a shell command. */
  static List<String> after(String shell) {
    return List.of("unshare", "--mount", "sh", "-ec", shell + "; exec \"$@\"", "sh");
  }
}
