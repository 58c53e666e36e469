package io.dropwatch.examples.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The entry point of Jazzer, and the inputs that are kept: a text file for each target, with an
 * input in hexadecimal on each line. {@code .ci/fuzz} says how it is used.
 */
public final class Fuzz {
  private static final String TARGET = System.getProperty("dropwatch.fuzz.target", "packet");

  private Fuzz() {}

  /** Runs one input; called by Jazzer. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    FuzzTarget.valueOf(TARGET.toUpperCase(Locale.ROOT)).run(input);
  }

  /**
   * Unpacks a file of kept inputs into a folder ({@code unpack FILE FOLDER}), or packs a folder
   * ({@code pack FILE FOLDER}).
   */
  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[1]);
    Path folder = Path.of(arguments[2]);
    switch (arguments[0]) {
      case "unpack" -> unpack(read(file), folder);
      case "pack" -> pack(file, folder);
      default -> throw new IllegalArgumentException("unpack or pack, was " + arguments[0]);
    }
  }

  /** Returns the inputs of a file. */
  static List<byte[]> read(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> !line.startsWith("#"))
        .map(HexFormat.of()::parseHex)
        .toList();
  }

  private static void unpack(List<byte[]> inputs, Path folder) throws IOException {
    Files.createDirectories(folder);
    for (int i = 0; i < inputs.size(); i++) {
      Files.write(folder.resolve("kept-" + i), inputs.get(i));
    }
  }

  private static void pack(Path file, Path folder) throws IOException {
    TreeSet<String> lines = new TreeSet<>();
    try (Stream<Path> inputs = Files.list(folder)) {
      for (Path input : inputs.toList()) {
        lines.add(HexFormat.of().formatHex(Files.readAllBytes(input)));
      }
    }
    Files.write(file, lines);
  }
}
