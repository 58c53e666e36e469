package io.dropwatch.pcapfilter.internal.explain;

import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import java.util.List;

/**
 * Prints the primitives of a predicate, grouped in evaluation order: {@code a or b and c} is {@code
 * (a or b) and c}.
 */
public final class Outline {
  private final StringBuilder out = new StringBuilder();

  private Outline() {}

  /** Returns one primitive per line, below {@code all of}, {@code any of} or {@code not}. */
  public static String print(Predicate predicate) {
    Outline outline = new Outline();
    outline.predicate(predicate, 0);
    return outline.out.toString();
  }

  private void predicate(Predicate predicate, int depth) {
    switch (predicate) {
      case Predicate.Primitive primitive -> line(depth, primitive.text());
      case Predicate.Not not -> {
        if (not.operand() instanceof Predicate.Primitive primitive) {
          line(depth, "not " + primitive.text());
        } else {
          line(depth, "not");
          predicate(not.operand(), depth + 1);
        }
      }
      case Predicate.Chain chain -> chain(chain, depth);
      case Predicate.Always always -> line(depth, always.outcome() ? "every packet" : "no packet");
      case Predicate.Compare _, Predicate.Define _ -> {}
    }
  }

  // Each run of the same connective is one group, whose first operand is the group before.
  private void chain(Predicate.Chain chain, int depth) {
    List<Boolean> words = chain.conjunctions();
    int groups = 0;
    for (int i = 0; i < words.size(); i++) {
      if (i == 0 || !words.get(i).equals(words.get(i - 1))) {
        groups++;
      }
    }
    for (int group = groups, i = words.size() - 1; i >= 0; i--) {
      if (i == words.size() - 1 || !words.get(i).equals(words.get(i + 1))) {
        line(depth + groups - group, words.get(i) ? "all of" : "any of");
        group--;
      }
    }
    int inner = depth + groups;
    predicate(chain.operands().getFirst(), inner);
    for (int i = 0; i < words.size(); i++) {
      if (i > 0 && !words.get(i).equals(words.get(i - 1))) {
        inner--;
      }
      predicate(chain.operands().get(i + 1), inner);
    }
  }

  private void line(int depth, String text) {
    out.repeat("  ", Math.min(depth, 40)).append(text).append('\n');
  }
}
