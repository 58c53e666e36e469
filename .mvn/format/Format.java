import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs google-java-format over the folders named: {@code check} lists the files it would change and
 * fails, {@code apply} changes them. A program of its own because the formatter has to run on the
 * JDK whose syntax we write, which need not be the one that runs Maven.
 */
void main(String[] arguments) throws IOException, FormatterException {
  boolean apply = arguments[0].equals("apply");
  var formatter = new Formatter(JavaFormatterOptions.defaultOptions());
  List<Path> changed = new ArrayList<>();
  for (String folder : List.of(arguments).subList(1, arguments.length)) {
    Path root = Path.of(folder);
    if (!Files.isDirectory(root)) {
      continue;
    }
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : (Iterable<Path>) files.filter(this::isOurs).sorted()::iterator) {
        String before = Files.readString(file);
        String after;
        try {
          String ordered =
              ImportOrderer.reorderImports(
                  RemoveUnusedImports.removeUnusedImports(before), JavaFormatterOptions.Style.GOOGLE);
          after = formatter.formatSource(ordered);
        } catch (FormatterException e) {
          throw new IOException(file + ": " + e.getMessage(), e);
        }
        if (!after.equals(before)) {
          changed.add(file);
          if (apply) {
            Files.writeString(file, after);
          }
        }
      }
    }
  }
  changed.forEach(file -> IO.println((apply ? "formatted " : "not formatted: ") + file));
  if (!apply && !changed.isEmpty()) {
    IO.println("Run `make format` and commit what it changes.");
    System.exit(1);
  }
}

/** Generated bindings stay as jextract wrote them. */
boolean isOurs(Path file) {
  return file.toString().endsWith(".java") && !file.toString().contains("/libbpf/gen/");
}
