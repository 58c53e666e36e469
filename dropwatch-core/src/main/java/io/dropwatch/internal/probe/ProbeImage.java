package io.dropwatch.internal.probe;

import io.dropwatch.bpf.BpfException;
import io.dropwatch.bpf.ElfImage;
import io.dropwatch.model.FailureCode;
import io.dropwatch.pcapfilter.SkbFilter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The object file of the probe, embedded or from a path, with or without a filter in its slots.
 * Immutable.
 */
public final class ProbeImage {
  private static final String RESOURCE = "dropwatch.bpf.o";

  /** FILTER in {@code slot.h}. Less would refuse filters that {@code filter check} accepts. */
  static final int MIN_SLOT_INSTRUCTIONS = 16_387;

  /** STATIC_KEYS in {@code slot.h}; the number of a key is added to it. */
  private static final int FIRST_KEY = 0x5eed_c000;

  private static final int KEYS = 28;
  private static final int KEY_FILTER = 24;
  private static final int KEY_TRAPS = 25;
  private static final int KEY_NOISE = 26;
  private static final int KEY_DEVICES = 27;

  /** A function that several programs call, with a filter slot of its own. */
  private static final String SLOW_FILTER = "matches_slow_path";

  /** BPF_STX | BPF_ATOMIC | BPF_DW, and BPF_CMPXCHG as the immediate. */
  private static final long COMPARE_AND_SWAP = 0xf1_0000_00dbL;

  /** Opcode and immediate of an instruction. */
  private static final long OPERATION = 0xffff_ffff_0000_00ffL;

  private static final String SHORTER =
      "use a shorter one: networks for hosts, 'portrange' for ports, or several watchers";

  private static final String BUILD = "build it from dropwatch.bpf.c with 'make probe'";

  private final String name;
  private final ElfImage elf;
  private final @Nullable FilterCode filter;

  private ProbeImage(String name, ElfImage elf, @Nullable FilterCode filter) {
    this.name = name;
    this.elf = elf;
    this.filter = filter;
  }

  /** Returns the object that is a resource of this library. */
  public static ProbeImage embedded() {
    try (InputStream in =
        Objects.requireNonNull(ProbeImage.class.getResourceAsStream(RESOURCE), RESOURCE)) {
      return new ProbeImage("the embedded probe", ElfImage.of(in.readAllBytes()), null);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the embedded probe", e);
    }
  }

  /**
   * Returns the object of a file.
   *
   * @throws EnvironmentException if it cannot be read or is not a dropwatch probe
   */
  public static ProbeImage read(Path path) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw new EnvironmentException(
          FailureCode.BAD_OBJECT,
          "there is no probe object at " + path,
          BUILD + ", or leave it out to use the embedded one",
          e);
    } catch (IOException e) {
      throw new EnvironmentException(
          FailureCode.BAD_OBJECT,
          "cannot read the probe object " + path + ": " + e.getMessage(),
          null,
          e);
    }
    try {
      return new ProbeImage(path.toString(), ElfImage.of(bytes), null).checked();
    } catch (BpfException e) {
      throw new EnvironmentException(
          FailureCode.BAD_OBJECT,
          "the probe object %s is damaged: %s".formatted(path, e.getMessage()),
          BUILD,
          e);
    }
  }

  private ProbeImage checked() {
    List<String> programs = programs();
    List<String> wanted = Stream.of(Variant.values()).map(Variant::program).distinct().toList();
    if (programs.stream().noneMatch(wanted::contains)) {
      throw new EnvironmentException(
          FailureCode.BAD_OBJECT,
          "%s is an eBPF object, but not a dropwatch probe: it has no function %s"
              .formatted(name, String.join(" or ", wanted)),
          BUILD);
    }
    for (String program : programs) {
      if (elf.nopRunLength(program) < MIN_SLOT_INSTRUCTIONS) {
        throw new EnvironmentException(
            FailureCode.BAD_OBJECT,
            "%s is a dropwatch probe of another release: its %s has no room for a filter"
                .formatted(name, program),
            BUILD);
      }
    }
    return this;
  }

  private List<String> programs() {
    Stream<String> variants =
        Stream.of(Variant.values())
            .flatMap(each -> Stream.of(each.program(), each.countingProgram()));
    return Stream.concat(
            variants, Stream.of(Variant.trapProgram(), Variant.countingTrapProgram(), SLOW_FILTER))
        .distinct()
        .filter(elf::hasFunction)
        .toList();
  }

  /**
   * Returns this object with a filter in the slots of its programs.
   *
   * @param wanted filter
   * @throws EnvironmentException if the filter is too large for eBPF, or for a slot
   */
  public ProbeImage withFilter(SkbFilter wanted) {
    try {
      return withFilter(FilterCode.of(wanted), wanted.expression());
    } catch (UnsupportedOperationException e) {
      throw new EnvironmentException(
          FailureCode.FILTER_TOO_LARGE,
          "the filter is too large for the probe: " + e.getMessage(),
          SHORTER,
          e);
    }
  }

  /** Counts a function's {@code exit} in the message, as {@code SkbFilter.ebpf().size()} does. */
  ProbeImage withFilter(FilterCode code, String expression) {
    for (String program : programs()) {
      int room = elf.nopRunLength(program);
      if (code.size() > room) {
        throw new EnvironmentException(
            FailureCode.FILTER_TOO_LARGE,
            "the filter '%s' compiles to %d instructions, the probe has room for %d"
                .formatted(shortened(expression), code.size() + 1, room + 1),
            SHORTER);
      }
    }
    return new ProbeImage(name, elf, code);
  }

  /**
   * Returns this object without compare-and-swap instructions. Before Linux 5.12 the verifier
   * rejects them even in dead code. Only the rate limit uses them, so the result must be loaded
   * without a limit.
   */
  ProbeImage withoutCompareAndSwap() {
    ElfImage without = elf.withNops(each -> (each & OPERATION) == COMPARE_AND_SWAP);
    return new ProbeImage(name, without, filter);
  }

  private static String shortened(String expression) {
    return expression.length() <= 60 ? expression : expression.substring(0, 57) + "...";
  }

  /** Returns whether the slots contain a filter. */
  boolean filtering() {
    return filter != null;
  }

  /** Returns whether the object has the program. */
  boolean has(String program) {
    return elf.hasFunction(program);
  }

  /**
   * Returns the ELF file with static keys and filter written into its programs ({@code slot.h}).
   *
   * @param noise whether there are noise rules
   * @param traps whether devlink traps are watched
   * @param devices the list of devices
   */
  byte[] bytes(boolean noise, boolean traps, DeviceList devices) {
    BitSet keys = new BitSet();
    if (filter != null) {
      keys.or(filter.metadataReads());
      keys.set(KEY_FILTER);
    }
    keys.set(KEY_NOISE, noise);
    keys.set(KEY_TRAPS, traps);
    keys.set(KEY_DEVICES, !(devices instanceof DeviceList.All));
    return filled(elf.withFlags(FIRST_KEY, keys, KEYS)).bytes();
  }

  /** Returns the ELF file with the filter, and with static keys that are not set yet. */
  byte[] bytes() {
    return filled(elf).bytes();
  }

  private ElfImage filled(ElfImage image) {
    ElfImage filled = image;
    if (filter != null) {
      for (String program : programs()) {
        filled = filled.withCode(program, filter.filling(elf.nopRunLength(program)));
      }
    }
    return filled;
  }

  /** Returns where the object came from, for messages. */
  @Override
  public String toString() {
    return name;
  }
}
