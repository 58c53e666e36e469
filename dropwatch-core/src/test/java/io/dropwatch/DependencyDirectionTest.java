package io.dropwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.dropwatch.internal.record.RecordView;
import io.dropwatch.model.RawDropEvent;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.Utf8Entry;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * Dependencies of dropwatch-core go one way: layers, model, engine, front door. Each group may use
 * the groups named here, and no other class of ours.
 */
class DependencyDirectionTest {
  private static final Map<String, Set<String>> MAY_USE =
      Map.of(
          "layers", Set.of(),
          "model", Set.of("layers"),
          "output", Set.of("layers", "model"),
          "probe", Set.of("layers", "model"),
          "record", Set.of("layers", "model", "probe"),
          "owner", Set.of("layers", "model"),
          "noise", Set.of("layers", "model", "probe"),
          "watch", Set.of("layers", "model", "probe", "record", "owner", "noise"),
          "front door",
              Set.of("layers", "model", "output", "probe", "record", "owner", "noise", "watch"));

  /** A sealed type names its only implementation; nothing else of the model knows the engine. */
  private static final String PERMITS =
      RawDropEvent.class.getName() + " -> " + RecordView.class.getName();

  private static final Pattern NAME =
      Pattern.compile("io/dropwatch/(?!pcapfilter/|bpf/)(?:[a-z]+/)*[A-Z]\\w*");

  private static String group(String className) {
    String name = className.substring("io.dropwatch.".length());
    if (name.startsWith("internal.")) {
      return name.substring("internal.".length(), name.lastIndexOf('.'));
    }
    if (name.contains(".")) {
      return name.substring(0, name.indexOf('.'));
    }
    // What users write most is in the package that they meet first.
    return name.matches("DropEvent(Builder)?") ? "model" : "front door";
  }

  @Test
  void classes_useOnlyTheGroupsBelowThem() throws IOException, URISyntaxException {
    Set<String> wrong = new TreeSet<>();
    List<Path> classes = classes();
    assertFalse(classes.isEmpty());
    for (Path file : classes) {
      ClassModel model = ClassFile.of().parse(file);
      String user = outermost(model.thisClass().asInternalName());
      for (String used : names(model)) {
        Set<String> allowed = MAY_USE.get(group(user));
        if (allowed == null
            || (!group(used).equals(group(user)) && !allowed.contains(group(used)))) {
          wrong.add(user + " -> " + used);
        }
      }
    }
    assertEquals(Set.of(PERMITS), wrong);
  }

  private static List<Path> classes() throws IOException, URISyntaxException {
    URI root = DropEvent.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    try (Stream<Path> files = Files.walk(Path.of(root))) {
      return files
          .filter(file -> file.toString().endsWith(".class"))
          .filter(file -> !file.getFileName().toString().matches("(module|package)-info.class"))
          .toList();
    }
  }

  // Everything that a class names, descriptors and annotations included, is a string of its pool.
  private static Set<String> names(ClassModel model) {
    Set<String> names = new TreeSet<>();
    StreamSupport.stream(model.constantPool().spliterator(), false)
        .filter(Utf8Entry.class::isInstance)
        .forEach(
            text -> {
              Matcher name = NAME.matcher(((Utf8Entry) text).stringValue());
              while (name.find()) {
                names.add(outermost(name.group()));
              }
            });
    return names;
  }

  private static String outermost(String internalName) {
    return internalName.replaceFirst("\\$.*", "").replace('/', '.');
  }
}
