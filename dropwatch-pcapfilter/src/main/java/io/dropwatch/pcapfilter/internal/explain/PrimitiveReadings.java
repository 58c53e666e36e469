package io.dropwatch.pcapfilter.internal.explain;

import io.dropwatch.pcapfilter.Explanation.Outcome;
import io.dropwatch.pcapfilter.internal.explain.ExplainedPacket.Reading;
import io.dropwatch.pcapfilter.internal.explain.FieldNames.Field;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import io.dropwatch.pcapfilter.internal.predicate.PredicateText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** What one primitive read, and the sentence that explains it. */
final class PrimitiveReadings {
  private final boolean negated;
  private final List<Finding> all = new ArrayList<>();
  private Outcome outcome = Outcome.NOT_EVALUATED;
  private String rejection = "";

  /** Creates an empty record; {@code negated}: inside an odd number of {@code not}. */
  PrimitiveReadings(boolean negated) {
    this.negated = negated;
  }

  /** A comparison, and whether it makes the primitive true. */
  private record Finding(
      Field field, Predicate.Compare compare, int value, boolean holds, boolean inFavour) {
    boolean equal() {
      return compare.relation() == Relation.EQUAL;
    }

    String right() {
      return compare.right() instanceof Operand.Constant(int constant)
          ? field.show(constant)
          : PredicateText.print(compare.right());
    }
  }

  void add(Field field, Predicate.Compare compare, int value, boolean holds, boolean negatedHere) {
    boolean opposite = negatedHere != negated;
    all.add(new Finding(field, compare, value, holds, holds != opposite));
  }

  void outcome(Outcome what) {
    outcome = what;
  }

  void reject(String reason) {
    outcome = Outcome.REJECTED;
    rejection = reason;
  }

  Outcome outcome() {
    return outcome;
  }

  List<Reading> readings() {
    return all.stream()
        .map(
            finding ->
                new Reading(
                    finding.field().text(),
                    Integer.toUnsignedLong(finding.value()),
                    finding.compare().relation().symbol() + " " + finding.right(),
                    finding.holds()))
        .toList();
  }

  String reason() {
    if (outcome == Outcome.REJECTED) {
      return rejection;
    }
    boolean matched = outcome == Outcome.TRUE;
    // One sentence per field: "is 17, not 6 or 132".
    Map<String, StringJoiner> sentences = new LinkedHashMap<>();
    for (Finding finding : all) {
      if (finding.inFavour() == matched && !(finding.equal() && !matched && settled(finding))) {
        String is = finding.field().text() + " is " + finding.field().show(finding.value());
        String expected = expected(finding);
        StringJoiner joiner =
            sentences.computeIfAbsent(
                is, _ -> new StringJoiner(" or ", is + ", ", "").setEmptyValue(is));
        if (!expected.isEmpty() && !joiner.toString().contains(expected)) {
          joiner.add(joiner.length() > is.length() ? expected.replaceFirst("^not ", "") : expected);
        }
      }
    }
    if (sentences.isEmpty()) {
      return matched ? "always true here" : "never true here";
    }
    StringJoiner text = new StringJoiner("; ");
    sentences.values().forEach(sentence -> text.add(sentence.toString()));
    return text.toString();
  }

  // If the EtherType is IPv4, as one alternative requires, "not ARP" adds nothing.
  private boolean settled(Finding failed) {
    return all.stream()
        .anyMatch(
            other ->
                other.equal()
                    && other.holds()
                    && other.inFavour()
                    && other.compare().left().equals(failed.compare().left()));
  }

  private static String expected(Finding finding) {
    return switch (finding.compare().relation()) {
      case EQUAL -> finding.holds() ? "" : "not " + finding.right();
      case GREATER, GREATER_OR_EQUAL ->
          (finding.holds() ? "" : "not ")
              + finding.compare().relation().symbol()
              + " "
              + finding.right();
      case COMMON_BITS ->
          (finding.holds() ? "which has bits of " : "which has no bit of ") + finding.right();
    };
  }
}
