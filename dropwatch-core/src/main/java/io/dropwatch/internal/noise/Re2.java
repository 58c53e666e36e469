package io.dropwatch.internal.noise;

import io.dropwatch.internal.probe.EnvironmentException;
import io.dropwatch.model.FailureCode;
import io.dropwatch.model.NoiseRule;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.Predicate;

/**
 * Compiles patterns with RE2/J, an optional dependency.
 *
 * <p>Uses method handles: the jar has no module name, and a published module must not require a
 * name that is derived from a file name.
 */
final class Re2 {
  private static final String PATTERN = "com.google.re2j.Pattern";

  private Re2() {}

  /**
   * @throws IllegalArgumentException if the expression has a syntax error
   * @throws EnvironmentException if RE2/J is not on the class path
   */
  static Predicate<String> predicate(NoiseRule.Pattern rule) {
    try {
      Class<?> type = Class.forName(PATTERN);
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> matcher = Class.forName("com.google.re2j.Matcher");
      Object pattern =
          lookup
              .findStatic(type, "compile", MethodType.methodType(type, String.class))
              .invoke(rule.expression());
      MethodHandle match =
          lookup
              .findVirtual(type, "matcher", MethodType.methodType(matcher, CharSequence.class))
              .bindTo(pattern);
      MethodHandle find = lookup.findVirtual(matcher, "find", MethodType.methodType(boolean.class));
      MethodHandle found =
          MethodHandles.filterReturnValue(match, find)
              .asType(MethodType.methodType(boolean.class, String.class));
      return text -> found(found, text);
    } catch (ReflectiveOperationException e) {
      throw new EnvironmentException(
          FailureCode.NO_RE2J,
          "noise rule '%s' is a pattern, which needs RE2/J".formatted(rule.name()),
          "put com.google.re2j:re2j on the class path, or use a rule by function",
          e);
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalArgumentException(
          "noise rule '%s': '%s' is not an RE2 pattern: %s"
              .formatted(rule.name(), rule.expression(), e.getMessage()),
          e);
    }
  }

  private static boolean found(MethodHandle find, String text) {
    try {
      return (boolean) find.invokeExact(text);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("find throws no checked exception", e);
    }
  }
}
