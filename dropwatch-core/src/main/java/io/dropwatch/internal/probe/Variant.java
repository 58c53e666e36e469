package io.dropwatch.internal.probe;

import io.dropwatch.bpf.BpfException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** The ways in which the probe runs, of which one is loaded; the cheapest first. */
public enum Variant {
  /**
   * As {@link #CAST}, and the filter reads the packet where it lies; only what it accepts is
   * copied. For verifiers that let a program follow any address (Linux 6.17).
   */
  IN_PLACE("in_place"),
  /**
   * As {@link #TYPED}, but loads and runs in a fraction of the time; for kernels with
   * bpf_rdonly_cast (Linux 6.2).
   */
  CAST("cast"),
  /** On tp_btf/kfree_skb: plain loads through typed pointers, no tracefs. */
  TYPED("typed");

  private static final String STREAMING = "dropwatch_";
  private static final String COUNTING = "dropwatch_count_";

  /** Whether this kernel has refused to read in place before: it would again. */
  private static volatile boolean inPlaceRefused;

  private final String name;

  Variant(String name) {
    this.name = name;
  }

  /** The program that writes records. */
  String program() {
    return STREAMING + name;
  }

  /** The program that counts. */
  String countingProgram() {
    return COUNTING + name;
  }

  /** The program that watches drops by devices, beside any variant. */
  static String trapProgram() {
    return STREAMING + "trap";
  }

  /** The same, counting. */
  static String countingTrapProgram() {
    return COUNTING + "trap";
  }

  /** The program that finds by what stacks are walked, run once before one that walks. */
  static String tablesProgram() {
    return STREAMING + "find_orc_tables";
  }

  /** Whether the probe walks stacks itself, where the kernel tells by what. */
  boolean walksStacks() {
    return this == IN_PLACE || this == CAST;
  }

  /**
   * Those that an image has and the running kernel may take, in the order to try them.
   *
   * @param program which of a variant's programs is wanted
   */
  static List<Variant> candidates(ProbeImage image, Function<Variant, String> program) {
    boolean canCast = KernelFacts.running().canCast();
    List<Variant> candidates = new ArrayList<>(List.of(values()));
    if (!canCast || inPlaceRefused || !image.filtering()) {
      candidates.remove(IN_PLACE);
    }
    if (!canCast) {
      candidates.remove(CAST);
    }
    candidates.removeIf(each -> !image.has(program.apply(each)));
    return candidates;
  }

  /**
   * The first that goes.
   *
   * @param attempt loads and attaches one, or leaves nothing behind
   * @throws BpfException if the kernel refuses all: what it said about the first, or about the
   *     first of which a remedy is known
   */
  static <T> T firstOf(List<Variant> candidates, Function<Variant, T> attempt) {
    BpfException refusal = null;
    for (Variant variant : candidates) {
      try {
        T taken = attempt.apply(variant);
        if (refusal != null && variant == CAST) {
          inPlaceRefused = true;
        }
        return taken;
      } catch (BpfException e) {
        if (refusal == null) {
          refusal = e;
        } else if (refusal.remedy() == null && e.remedy() != null) {
          e.addSuppressed(refusal);
          refusal = e;
        } else {
          refusal.addSuppressed(e);
        }
      }
    }
    throw Objects.requireNonNull(refusal, "no program to try");
  }
}
