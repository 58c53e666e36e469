package io.dropwatch.examples.e2e;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.dropwatch.output.JsonDialect;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The fields of the default dialect by their paths ({@code layers.ipv4.src}), of its schema and of
 * lines. Packets within packets have the fields of packets: {@code inner} and {@code quoted} occur
 * once, and not what is in them.
 */
final class SchemaFields {
  private static final Map<?, ?> SCHEMA = parsed(JsonDialect.DEFAULT.schema());

  private SchemaFields() {}

  /** Every field that a line may have. */
  static Set<String> ofSchema() {
    Set<String> paths = new TreeSet<>();
    addSchema(paths, "", SCHEMA);
    return paths;
  }

  private static void addSchema(Set<String> paths, String path, Map<?, ?> schema) {
    if (schema.get("$ref") instanceof String reference) {
      String name = reference.substring("#/$defs/".length());
      addSchema(paths, path, object(object(SCHEMA.get("$defs")).get(name)));
    } else if (schema.get("items") instanceof Map<?, ?> items) {
      addSchema(paths, path, items);
    } else if (schema.get("properties") instanceof Map<?, ?> properties) {
      properties.forEach(
          (name, of) -> {
            String field = path.isEmpty() ? name.toString() : path + "." + name;
            if (isNested(name)) {
              paths.add(field);
            } else {
              addSchema(paths, field, object(of));
            }
          });
    } else {
      paths.add(path);
    }
  }

  /** The fields that a line has, without those whose text is empty. */
  static Set<String> ofLine(String line) {
    Set<String> paths = new TreeSet<>();
    addValue(paths, "", parsed(line));
    return paths;
  }

  private static void addValue(Set<String> paths, String path, @Nullable Object value) {
    switch (value) {
      case Map<?, ?> fields ->
          fields.forEach(
              (name, of) -> {
                if (isNested(name)) {
                  paths.add(path + "." + name);
                  addValue(paths, path, of);
                } else {
                  addValue(paths, path.isEmpty() ? name.toString() : path + "." + name, of);
                }
              });
      case List<?> items -> items.forEach(item -> addValue(paths, path, item));
      case String text when text.isEmpty() -> {}
      case null, default -> paths.add(path);
    }
  }

  private static boolean isNested(Object name) {
    return name.equals("inner") || name.equals("quoted");
  }

  private static Map<?, ?> object(@Nullable Object value) {
    return (Map<?, ?>) Objects.requireNonNull(value);
  }

  private static Map<?, ?> parsed(String text) {
    try (JsonParser json = new JsonFactory().createParser(text)) {
      json.nextToken();
      return (Map<?, ?>) value(json);
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }

  private static Object value(JsonParser json) throws IOException {
    switch (json.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> fields = new LinkedHashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
          String name = json.currentName();
          json.nextToken();
          fields.put(name, value(json));
        }
        return fields;
      }
      case START_ARRAY -> {
        List<Object> items = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(json));
        }
        return items;
      }
      default -> {
        return json.getText();
      }
    }
  }
}
