package io.dropwatch.output;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Validates by JSON Schema (draft 2020-12), with the keywords that our schema uses; another keyword
 * is an error.
 */
public final class Schema {
  private static final String DEFINITIONS = "#/$defs/";

  private final Map<String, @Nullable Object> root;
  private final List<String> faults = new ArrayList<>();

  /** Takes a parsed schema. */
  public Schema(Map<String, @Nullable Object> root) {
    this.root = root;
  }

  /** Returns the errors of a value; empty when it is valid. */
  public List<String> faults(Object value) {
    check("/", root, value);
    return faults;
  }

  private void check(String path, Map<String, @Nullable Object> schema, @Nullable Object value) {
    schema.forEach(
        (keyword, argument) -> check(path, schema, keyword, requireNonNull(argument), value));
  }

  private void check(
      String path,
      Map<String, @Nullable Object> schema,
      String keyword,
      Object argument,
      @Nullable Object value) {
    switch (keyword) {
      case "$schema", "title", "description", "$defs" -> {}
      case "$ref" -> check(path, definition((String) argument), value);
      case "type" -> require(isOf((String) argument, value), path, "is not of type " + argument);
      case "const" -> require(argument.equals(value), path, "is not " + argument);
      case "enum" ->
          require(((List<?>) argument).contains(value), path, "is not one of " + argument);
      case "pattern" ->
          require(
              value instanceof String text
                  && Pattern.compile((String) argument).matcher(text).find(),
              path,
              "does not match " + argument + ": " + value);
      case "minimum" ->
          require(
              value instanceof BigInteger number && number.compareTo((BigInteger) argument) >= 0,
              path,
              "is below " + argument);
      case "maximum" ->
          require(
              value instanceof BigInteger number && number.compareTo((BigInteger) argument) <= 0,
              path,
              "is above " + argument);
      case "minItems" ->
          require(
              value instanceof List<?> list && list.size() >= ((BigInteger) argument).intValue(),
              path,
              "is shorter than " + argument);
      case "items" -> {
        if (value instanceof List<?> list) {
          list.forEach(item -> check(path + "[]", Json.asObject(argument), item));
        }
      }
      case "properties" -> checkProperties(path, Json.asObject(argument), value);
      case "required" -> {
        if (value instanceof Map<?, ?> object) {
          ((List<?>) argument)
              .forEach(name -> require(object.containsKey(name), path, "missing " + name));
        }
      }
      case "additionalProperties" -> {
        require(argument.equals(false), path, "additionalProperties other than false");
        Map<String, @Nullable Object> known = Json.asObject(schema.get("properties"));
        if (value instanceof Map<?, ?> object) {
          object
              .keySet()
              .forEach(name -> require(known.containsKey(name), path, "unknown " + name));
        }
      }
      default -> throw new AssertionError("keyword " + keyword + " at " + path);
    }
  }

  private void checkProperties(
      String path, Map<String, @Nullable Object> properties, @Nullable Object value) {
    if (value instanceof Map<?, ?> object) {
      properties.forEach(
          (name, schema) -> {
            if (object.containsKey(name)) {
              check(path + name + "/", Json.asObject(schema), object.get(name));
            }
          });
    }
  }

  private Map<String, @Nullable Object> definition(String reference) {
    return Json.asObject(
        Json.asObject(root.get("$defs")).get(reference.substring(DEFINITIONS.length())));
  }

  private static boolean isOf(String type, @Nullable Object value) {
    return switch (type) {
      case "object" -> value instanceof Map;
      case "array" -> value instanceof List;
      case "string" -> value instanceof String;
      case "integer" -> value instanceof BigInteger;
      case "boolean" -> value instanceof Boolean;
      default -> throw new AssertionError("type " + type);
    };
  }

  private void require(boolean holds, String path, String fault) {
    if (!holds) {
      faults.add(path + ": " + fault);
    }
  }
}
