package io.dropwatch.examples.e2e;

import static java.util.Objects.requireNonNull;

import io.dropwatch.output.Json;
import io.dropwatch.output.Schema;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A JSON Schema of event lines: its fields by path ({@code layers.ipv4.src}), and the validation of
 * a line. The fields of packets within packets ({@code inner}, {@code quoted}) are listed once.
 */
public final class JsonSchema {
  private final Map<String, @Nullable Object> root;

  /** Parses a schema. */
  public JsonSchema(String text) {
    root = Json.object(text);
  }

  /** Returns the path of every field that a line may have. */
  public Set<String> fields() {
    Set<String> paths = new TreeSet<>();
    addFields(paths, "", root);
    return paths;
  }

  private void addFields(Set<String> paths, String path, Map<?, ?> schema) {
    if (schema.get("$ref") instanceof String reference) {
      addFields(paths, path, definition(reference));
    } else if (schema.get("items") instanceof Map<?, ?> items) {
      addFields(paths, path, items);
    } else if (schema.get("properties") instanceof Map<?, ?> properties) {
      properties.forEach(
          (name, of) -> {
            String field = path.isEmpty() ? name.toString() : path + "." + name;
            if (isNested(name)) {
              paths.add(field);
            } else {
              addFields(paths, field, (Map<?, ?>) requireNonNull(of));
            }
          });
    } else {
      paths.add(path);
    }
  }

  private Map<?, ?> definition(String reference) {
    Map<?, ?> definitions = (Map<?, ?>) requireNonNull(root.get("$defs"));
    return (Map<?, ?>)
        requireNonNull(definitions.get(reference.substring("#/$defs/".length())), reference);
  }

  /** Returns the paths of the fields that a line has, except those whose text is empty. */
  public static Set<String> fieldsOf(String line) {
    Set<String> paths = new TreeSet<>();
    addFieldsOf(paths, "", parse(line));
    return paths;
  }

  private static void addFieldsOf(Set<String> paths, String path, Object value) {
    switch (value) {
      case Map<?, ?> fields ->
          fields.forEach(
              (name, of) -> {
                String field = path.isEmpty() ? name.toString() : path + "." + name;
                if (isNested(name)) {
                  paths.add(field);
                }
                addFieldsOf(paths, isNested(name) ? path : field, requireNonNull(of));
              });
      case List<?> items -> items.forEach(item -> addFieldsOf(paths, path, requireNonNull(item)));
      case String text when text.isEmpty() -> {}
      default -> paths.add(path);
    }
  }

  private static boolean isNested(Object name) {
    return name.equals("inner") || name.equals("quoted");
  }

  /** Returns what is wrong with a line; empty when it is valid. */
  public List<String> faults(String line) {
    return new Schema(root).faults(Json.object(line));
  }

  /** Returns a JSON object as maps, lists, strings, integers and booleans. */
  public static Map<?, ?> parse(String text) {
    return Json.object(text);
  }
}
