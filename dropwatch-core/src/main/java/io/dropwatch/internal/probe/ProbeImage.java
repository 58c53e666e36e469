package io.dropwatch.internal.probe;

import io.dropwatch.DropWatchException;
import io.dropwatch.bpf.BpfException;
import io.dropwatch.bpf.ElfImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The probe's object before it is loaded: ours or a file's, with or without a filter in its slot.
 */
public final class ProbeImage {
  private static final String RESOURCE = "dropwatch.bpf.o";
  private static final String SLOT = "dropwatch_filter";
  private static final String BUILD = "build it from dropwatch.bpf.c with 'make probe'";

  private final String name;
  private final ElfImage elf;
  private final boolean filtering;

  private ProbeImage(String name, ElfImage elf, boolean filtering) {
    this.name = name;
    this.elf = elf;
    this.filtering = filtering;
  }

  /** The object inside this library. */
  public static ProbeImage embedded() {
    try (InputStream in =
        Objects.requireNonNull(ProbeImage.class.getResourceAsStream(RESOURCE), RESOURCE)) {
      return new ProbeImage("the embedded probe", ElfImage.of(in.readAllBytes()), false);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the embedded probe", e);
    }
  }

  /**
   * The object of a file.
   *
   * @throws DropWatchException if it cannot be read or is not a dropwatch probe
   */
  public static ProbeImage read(Path path) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw DropWatchException.environment(
          "no probe object at " + path + ": " + BUILD + ", or leave it out to use the embedded one",
          e);
    } catch (IOException e) {
      throw DropWatchException.environment(
          "cannot read the probe object " + path + ": " + e.getMessage(), e);
    }
    try {
      return new ProbeImage(path.toString(), ElfImage.of(bytes), false).checked();
    } catch (BpfException e) {
      throw DropWatchException.environment(
          "the probe object %s is broken: %s; %s".formatted(path, e.getMessage(), BUILD), e);
    }
  }

  private ProbeImage checked() {
    for (String function : new String[] {Variant.TYPED.program(), Variant.CAST.program(), SLOT}) {
      if (!elf.hasFunction(function)) {
        throw DropWatchException.environment(
            "%s is an eBPF object, but not a dropwatch probe: it has no function %s; %s"
                .formatted(name, function, BUILD));
      }
    }
    return this;
  }

  /**
   * This object with a filter in its slot.
   *
   * @param code the filter's instructions, 8 bytes each
   * @param expression for the message
   * @throws DropWatchException if the slot is too small
   */
  public ProbeImage withFilter(byte[] code, String expression) {
    int room = elf.functionSize(SLOT);
    int instructions = code.length / Long.BYTES;
    if (instructions > room) {
      throw DropWatchException.usage(
          "the filter compiles to %d instructions, and the probe has room for %d: shorten '%s'"
              .formatted(instructions, room, shortened(expression)));
    }
    return new ProbeImage(name, elf.withFunctionTail(SLOT, code), true);
  }

  private static String shortened(String expression) {
    return expression.length() <= 60 ? expression : expression.substring(0, 57) + "...";
  }

  /** Whether the slot holds a filter. */
  boolean filtering() {
    return filtering;
  }

  byte[] bytes() {
    return elf.bytes();
  }

  /** For messages: where the object came from. */
  @Override
  public String toString() {
    return name;
  }
}
