package io.dropwatch.pcapfilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The programs in README.md print what is written after them. */
class ReadmeTest {
  private static final Pattern PROGRAM_AND_OUTPUT =
      Pattern.compile("(?m)^```java\n(.*?)^```\n\n^```text\n(.*?)^```$", Pattern.DOTALL);

  @TempDir private Path directory = Path.of("");

  /** A program and its output. */
  private record Example(String program, String output) {
    @Override
    public String toString() {
      return program.lines().filter(line -> line.contains("compile(")).findFirst().orElse(program);
    }
  }

  static List<Example> examples() throws IOException {
    return PROGRAM_AND_OUTPUT.matcher(readme()).results().map(ReadmeTest::example).toList();
  }

  private static Example example(MatchResult match) {
    return new Example(match.group(1), match.group(2));
  }

  private static String readme() throws IOException {
    return Files.readString(Path.of("README.md"));
  }

  @Test
  void everyProgramHasOutput() throws IOException {
    long programs = readme().lines().filter("```java"::equals).count();
    assertTrue(programs > 0);
    assertEquals(programs, examples().size());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void program_printsWhatFollowsIt(Example example) throws Exception {
    Path source = Files.writeString(directory.resolve("Example.java"), example.program());
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "--class-path",
                System.getProperty("java.class.path", ""),
                source.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, java.waitFor(), output);
    assertEquals(example.output(), output);
  }
}
