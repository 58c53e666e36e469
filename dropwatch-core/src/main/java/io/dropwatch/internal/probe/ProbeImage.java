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
 * The probe's object before it is loaded: ours or a file's, with or without a filter in its slots.
 */
public final class ProbeImage {
  private static final String RESOURCE = "dropwatch.bpf.o";
  private static final int FEWEST_INSTRUCTIONS = 1024;

  /** QUESTIONS in {@code slot.h}. */
  private static final int FIRST_QUESTION = 0x5eed_c000;

  private static final int QUESTIONS = 28;
  private static final int ASK_FILTER = 24;
  private static final int ASK_TRAPS = 25;
  private static final int ASK_NOISE = 26;
  private static final int ASK_DEVICES = 27;

  /** A function of several programs that runs the filter too. */
  private static final String SLOW_FILTER = "matches_slow_path";

  /** BPF_STX | BPF_ATOMIC | BPF_DW, and in the upper half BPF_CMPXCHG. */
  private static final long COMPARE_AND_SWAP = 0xf1_0000_00dbL;

  /** All of an instruction but its registers and offset. */
  private static final long OPERATION = 0xffff_ffff_0000_00ffL;

  private static final String BUILD = "build it from dropwatch.bpf.c with 'make probe'";

  private final String name;
  private final ElfImage elf;
  private final @Nullable FilterCode filter;

  private ProbeImage(String name, ElfImage elf, @Nullable FilterCode filter) {
    this.name = name;
    this.elf = elf;
    this.filter = filter;
  }

  /** The object inside this library. */
  public static ProbeImage embedded() {
    try (InputStream in =
        Objects.requireNonNull(ProbeImage.class.getResourceAsStream(RESOURCE), RESOURCE)) {
      return new ProbeImage("the embedded probe", ElfImage.of(in.readAllBytes()), null);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the embedded probe", e);
    }
  }

  /**
   * The object of a file.
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
      if (elf.nopRunLength(program) < FEWEST_INSTRUCTIONS) {
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
   * This object with a filter in the slots of its programs.
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
          "use a shorter one",
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
            "use a shorter one");
      }
    }
    return new ProbeImage(name, elf, code);
  }

  /**
   * This object for kernels whose programs cannot compare and swap (before Linux 5.12), and which
   * refuse it even where it is never reached. Only the rate limit does: its programs may run with
   * no limit alone.
   */
  ProbeImage withoutCompareAndSwap() {
    ElfImage without = elf.withNops(each -> (each & OPERATION) == COMPARE_AND_SWAP);
    return new ProbeImage(name, without, filter);
  }

  private static String shortened(String expression) {
    return expression.length() <= 60 ? expression : expression.substring(0, 57) + "...";
  }

  /** Whether the slots hold a filter. */
  boolean filtering() {
    return filter != null;
  }

  /** Whether the object has the program. */
  boolean has(String program) {
    return elf.hasFunction(program);
  }

  /**
   * The object, told what its programs are to do before a drop is wanted ({@code slot.h}), and with
   * the filter in their slots.
   *
   * @param noise whether there are rules for noise
   * @param traps whether drops by devices are watched too
   * @param devices which are wanted
   */
  byte[] bytes(boolean noise, boolean traps, DeviceList devices) {
    BitSet asked = new BitSet();
    if (filter != null) {
      asked.or(filter.metadataReads());
      asked.set(ASK_FILTER);
    }
    asked.set(ASK_NOISE, noise);
    asked.set(ASK_TRAPS, traps);
    asked.set(ASK_DEVICES, !(devices instanceof DeviceList.All));
    return filled(elf.withFlags(FIRST_QUESTION, asked, QUESTIONS)).bytes();
  }

  /** The object with the filter in the slots of its programs. */
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

  /** For messages: where the object came from. */
  @Override
  public String toString() {
    return name;
  }
}
