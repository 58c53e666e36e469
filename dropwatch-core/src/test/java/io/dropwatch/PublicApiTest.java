package io.dropwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropwatch.bpf.BpfObject;
import io.dropwatch.pcapfilter.PcapFilter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The public API of each published module is the committed listing in src/test/api, so that a
 * change of it is a decision. {@code -Ddropwatch.api=write} writes the listings.
 */
class PublicApiTest {
  private static final Path LISTINGS = Path.of("src/test/api");

  static Stream<Class<?>> modules() {
    return Stream.of(DropWatcher.class, PcapFilter.class, BpfObject.class);
  }

  @ParameterizedTest
  @MethodSource("modules")
  void exportedPackages_equalTheListing(Class<?> member) throws IOException, URISyntaxException {
    Path code = Path.of(member.getProtectionDomain().getCodeSource().getLocation().toURI());
    ModuleReference module = ModuleFinder.of(code).findAll().iterator().next();
    String listing = listing(module);
    Path file = LISTINGS.resolve(module.descriptor().name() + ".txt");
    if ("write".equals(System.getProperty("dropwatch.api"))) {
      Files.createDirectories(LISTINGS);
      Files.writeString(file, listing);
    }
    assertEquals(Files.readString(file), listing, "the public API changed: see " + file);
  }

  private static String listing(ModuleReference module) throws IOException {
    Set<String> exported =
        module.descriptor().exports().stream()
            .filter(export -> !export.isQualified())
            .map(ModuleDescriptor.Exports::source)
            .collect(Collectors.toSet());
    try (ModuleReader reader = module.open();
        Stream<String> files = reader.list()) {
      return files
          .filter(file -> file.endsWith(".class") && !file.endsWith("-info.class"))
          .map(file -> file.substring(0, file.length() - ".class".length()).replace('/', '.'))
          .filter(name -> exported.contains(name.substring(0, name.lastIndexOf('.'))))
          .sorted()
          .map(PublicApiTest::load)
          .filter(PublicApiTest::isVisible)
          .map(PublicApiTest::describe)
          .collect(Collectors.joining("\n"));
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, PublicApiTest.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }

  private static boolean isVisible(Class<?> type) {
    Class<?> outer = type.getEnclosingClass();
    return Modifier.isPublic(type.getModifiers())
        && !type.isAnonymousClass()
        && (outer == null || isVisible(outer));
  }

  private static String describe(Class<?> type) {
    List<String> lines = new ArrayList<>();
    lines.add(
        type.toGenericString()
            + (type.getGenericSuperclass() == null || type.getSuperclass() == Object.class
                ? ""
                : " extends " + type.getGenericSuperclass().getTypeName())
            + Arrays.stream(type.getGenericInterfaces())
                .map(each -> " implements " + each.getTypeName())
                .collect(Collectors.joining()));
    Stream.of(type.getDeclaredFields(), type.getDeclaredConstructors(), type.getDeclaredMethods())
        .flatMap(Arrays::stream)
        .filter(PublicApiTest::isApi)
        .map(member -> "  " + toString_counts_isTheAccount(member, type))
        .sorted()
        .forEach(lines::add);
    return String.join("\n", lines) + "\n";
  }

  private static boolean isApi(Member member) {
    return (member.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0
        && !member.isSynthetic();
  }

  private static String toString_counts_isTheAccount(Member member, Class<?> type) {
    String text =
        switch (member) {
          case Field field -> field.toGenericString();
          case Constructor<?> constructor -> constructor.toGenericString();
          case Method method -> method.toGenericString();
          default -> throw new AssertionError(member);
        };
    return text.replace(type.getName() + ".", "");
  }
}
