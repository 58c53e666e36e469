package io.dropwatch.examples.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The Java examples of the READMEs compile as they are. */
class ReadmeTest {
  private static final List<Path> READMES =
      List.of(Path.of("../README.md"), Path.of("../dropwatch-core/README.md"));
  private static final Pattern BLOCK = Pattern.compile("(?m)^```java\n(.*?)^```$", Pattern.DOTALL);

  @TempDir private Path classes = Path.of("");

  private record Source(String text) {
    JavaFileObject file() {
      return new SimpleJavaFileObject(
          URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
          return text;
        }
      };
    }
  }

  @TestFactory
  Stream<DynamicTest> examples_compile() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path readme : READMES) {
      Matcher block = BLOCK.matcher(Files.readString(readme));
      int before = tests.size();
      while (block.find()) {
        String example = block.group(1);
        tests.add(
            DynamicTest.dynamicTest(
                readme + ": " + example.lines().findFirst().orElse(""),
                () -> assertEquals(List.of(), problems(whole(example)), example)));
      }
      assertTrue(tests.size() > before, () -> "no example in " + readme);
    }
    return tests.stream();
  }

  // An example is a whole program, a method, or statements; the last two use the imports and
  // names that are added here.
  private static String whole(String example) {
    if (example.startsWith("import ")) {
      return example.replaceFirst("public final class \\w+", "final class Example");
    }
    return """
    import static org.junit.jupiter.api.Assertions.assertEquals;
    import static org.junit.jupiter.api.Assertions.assertTrue;
    import io.dropwatch.*;
    import io.dropwatch.layers.*;
    import io.dropwatch.output.*;
    import io.dropwatch.pcapfilter.*;
    import io.dropwatch.pcapfilter.packet.*;
    import io.dropwatch.model.*;
    import java.nio.file.Path;
    import java.time.Duration;
    import java.util.*;
    abstract class Example {
      byte[] frame = {};
      abstract void alert(DropEvent event);
      abstract void analyze(DropEvent event);
      %s
    }
    """
        .formatted(
            example.startsWith("void ")
                ? example
                : "void example() throws Exception {" + example + "}");
  }

  private List<String> problems(String source) {
    var heard = new DiagnosticCollector<JavaFileObject>();
    boolean compiled =
        Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "a JDK has a compiler")
            .getTask(
                null,
                null,
                heard,
                List.of(
                    "-proc:none",
                    "-d",
                    classes.toString(),
                    "-cp",
                    System.getProperty("java.class.path", "")),
                null,
                List.of(new Source(source).file()))
            .call();
    List<String> problems =
        heard.getDiagnostics().stream()
            .filter(each -> each.getKind() == Diagnostic.Kind.ERROR)
            .map(Diagnostic::toString)
            .toList();
    assertEquals(compiled, problems.isEmpty());
    return problems;
  }
}
