package io.dropwatch.examples.e2e;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A JSON Schema of event lines: its fields by path ({@code layers.ipv4.src}), and the validation of
 * a line. The fields of packets within packets ({@code inner}, {@code quoted}) are listed once.
 */
public final class JsonSchema {
  private final Map<?, ?> root;

  /** Parses a schema. */
  public JsonSchema(String text) {
    root = parse(text);
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
    List<String> faults = new ArrayList<>();
    check(faults, "", root, parse(line));
    return faults;
  }

  private void check(List<String> faults, String path, Map<?, ?> schema, @Nullable Object value) {
    schema.forEach(
        (keyword, argument) -> {
          boolean valid =
              switch ((String) keyword) {
                case "$ref" -> {
                  check(faults, path, definition((String) requireNonNull(argument)), value);
                  yield true;
                }
                case "properties" -> {
                  Map<?, ?> fields = value instanceof Map<?, ?> object ? object : Map.of();
                  ((Map<?, ?>) requireNonNull(argument))
                      .forEach(
                          (name, of) -> {
                            if (fields.containsKey(name)) {
                              check(
                                  faults,
                                  path + "." + name,
                                  (Map<?, ?>) requireNonNull(of),
                                  fields.get(name));
                            }
                          });
                  yield true;
                }
                case "items" -> {
                  List<?> items = value instanceof List<?> list ? list : List.of();
                  items.forEach(
                      item -> check(faults, path, (Map<?, ?>) requireNonNull(argument), item));
                  yield true;
                }
                case "type" -> isOf((String) requireNonNull(argument), value);
                case "enum" -> ((List<?>) requireNonNull(argument)).contains(value);
                case "pattern" ->
                    value instanceof String text
                        && Pattern.compile((String) requireNonNull(argument)).matcher(text).find();
                case "minimum" -> compare(value, argument) >= 0;
                case "maximum" -> compare(value, argument) <= 0;
                case "minItems" ->
                    value instanceof List<?> list
                        && list.size() >= ((BigInteger) requireNonNull(argument)).intValue();
                case "required" ->
                    value instanceof Map<?, ?> object
                        && object.keySet().containsAll((List<?>) requireNonNull(argument));
                case "additionalProperties" ->
                    value instanceof Map<?, ?> object
                        && ((Map<?, ?>) requireNonNull(schema.get("properties")))
                            .keySet()
                            .containsAll(object.keySet());
                default -> Set.of("$schema", "title", "description", "$defs").contains(keyword);
              };
          if (!valid) {
            faults.add(path + ": " + keyword + " " + argument + ", was " + value);
          }
        });
  }

  private static boolean isOf(String type, @Nullable Object value) {
    return switch (type) {
      case "object" -> value instanceof Map;
      case "array" -> value instanceof List;
      case "string" -> value instanceof String;
      case "integer" -> value instanceof BigInteger;
      case "boolean" -> value instanceof Boolean;
      default -> false;
    };
  }

  private static int compare(@Nullable Object value, @Nullable Object limit) {
    return ((BigInteger) requireNonNull(value)).compareTo((BigInteger) requireNonNull(limit));
  }

  /** Returns a JSON object as maps, lists, strings, integers and booleans. */
  public static Map<?, ?> parse(String text) {
    try (JsonParser json = new JsonFactory().createParser(text)) {
      json.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
      json.nextToken();
      return (Map<?, ?>) value(json);
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }

  private static Object value(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> fields = new LinkedHashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
          String name = json.currentName();
          json.nextToken();
          fields.put(name, value(json));
        }
        yield fields;
      }
      case START_ARRAY -> {
        List<Object> items = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(json));
        }
        yield items;
      }
      case VALUE_NUMBER_INT -> json.getBigIntegerValue();
      case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
      default -> json.getText();
    };
  }
}
