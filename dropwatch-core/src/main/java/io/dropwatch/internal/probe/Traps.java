package io.dropwatch.internal.probe;

import io.dropwatch.bpf.BpfException;
import io.dropwatch.bpf.BpfLink;
import io.dropwatch.bpf.BpfObject;
import io.dropwatch.bpf.BpfProgram;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Whether and how drops by devices are watched: by a second program, beside that on kfree_skb. */
sealed interface Traps {
  /** They are. */
  record Watched(BpfProgram program, BpfLink link) implements Traps {
    @Override
    public long missed() {
      return program.recursionMisses();
    }

    @Override
    public void detach() {
      link.close();
    }
  }

  /** They are not, and why. */
  record Unwatched(String why) implements Traps {
    @Override
    public long missed() {
      return 0;
    }

    @Override
    public void detach() {}
  }

  /** Why drops by devices are not watched; null if they are. */
  default @Nullable String unwatched() {
    return this instanceof Unwatched(String why) ? why : null;
  }

  /** Drops that the kernel did not tell the program of. */
  long missed();

  /** Takes the program off its tracepoint. */
  void detach();

  /**
   * Loads and attaches with the program for drops by devices, or without where that cannot be.
   *
   * @param program its name
   * @param attempt is told why it has to go without; null: with
   * @throws BpfException if the kernel refuses both
   */
  static <T> T attached(ProbeImage image, String program, Function<@Nullable String, T> attempt) {
    if (!KernelFacts.running().reportsTraps()) {
      return attempt.apply("the kernel has no tracepoint devlink_trap_report");
    }
    if (!image.has(program)) {
      return attempt.apply(image + " has no program for them");
    }
    try {
      return attempt.apply(null);
    } catch (BpfException e) {
      return attempt.apply("the kernel refuses the program for them");
    }
  }

  /**
   * Attaches the program, which is loaded.
   *
   * @param unwatched why it is not to be; null: it is
   */
  static Traps of(BpfObject object, String program, @Nullable String unwatched) {
    return unwatched == null
        ? new Watched(object.program(program), object.program(program).attach())
        : new Unwatched(unwatched);
  }
}
