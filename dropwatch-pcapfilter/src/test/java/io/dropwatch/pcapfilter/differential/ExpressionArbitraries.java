package io.dropwatch.pcapfilter.differential;

import static net.jqwik.api.Combinators.combine;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;

/**
 * Filter expressions from libpcap's grammar.
 *
 * <p>Most of them mean something; some are refused by libpcap (a qualifier that does not fit, host
 * bits in a network), and then we have to refuse them too. Failing expressions shrink to fewer and
 * simpler primitives.
 */
final class ExpressionArbitraries {
  private final Set<Vocabulary> vocabulary;

  private ExpressionArbitraries(Set<Vocabulary> vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** Expressions that use these constructs and the boolean operators. */
  static Arbitrary<String> expressions(Set<Vocabulary> vocabulary) {
    return new ExpressionArbitraries(vocabulary).expression().withoutEdgeCases();
  }

  private Arbitrary<String> expression() {
    return Arbitraries.lazyOf(
        this::primitive,
        this::primitive,
        this::primitive,
        this::joined,
        () -> combine(word("not ", "! ", "!", "not not "), expression()).as(String::concat),
        () -> expression().map(inner -> "(" + inner + ")"));
  }

  private Arbitrary<String> joined() {
    return combine(expression(), operator(), expression()).as((l, o, r) -> l + o + r);
  }

  private static Arbitrary<String> operator() {
    return word(" and ", " or ", " && ", " || ");
  }

  private Arbitrary<String> primitive() {
    List<Tuple2<Integer, Arbitrary<String>>> choices = new ArrayList<>();
    for (Vocabulary group : vocabulary) {
      switch (group) {
        case PROTOCOLS -> choices.add(Tuple.of(4, PrimitiveArbitraries.protocol()));
        case HOSTS -> choices.add(Tuple.of(3, withIds(QualifiedIds.hosts())));
        case NETS -> choices.add(Tuple.of(3, withIds(QualifiedIds.nets())));
        case PORTS -> choices.add(Tuple.of(4, withIds(QualifiedIds.ports())));
        case PORT_RANGES -> choices.add(Tuple.of(2, withIds(QualifiedIds.portRanges())));
        case PROTOCOL_NUMBERS -> choices.add(Tuple.of(2, withIds(QualifiedIds.protocolNumbers())));
        case ETHER_TYPES -> choices.add(Tuple.of(1, withIds(QualifiedIds.etherTypes())));
        case LINK_ADDRESSES -> {
          choices.add(Tuple.of(1, withIds(QualifiedIds.linkHosts())));
          choices.add(Tuple.of(1, PrimitiveArbitraries.groupAddress()));
        }
        case LENGTHS -> choices.add(Tuple.of(1, PrimitiveArbitraries.length()));
        case BYTES -> choices.add(Tuple.of(4, ArithmeticArbitraries.comparison()));
        case LOGICAL_LINK -> choices.add(Tuple.of(1, PrimitiveArbitraries.logicalLink()));
        case ENCAPSULATIONS -> choices.add(Tuple.of(2, PrimitiveArbitraries.encapsulation()));
        case INHERITANCE -> {}
      }
    }
    return Arbitraries.frequencyOf(choices);
  }

  /** Qualifiers with one identifier, or with more of them that inherit the qualifiers. */
  private Arbitrary<String> withIds(QualifiedIds ids) {
    Arbitrary<String> one = combine(ids.qualifiers(), ids.id()).as((q, id) -> q + " " + id);
    if (!vocabulary.contains(Vocabulary.INHERITANCE)) {
      return one;
    }
    Arbitrary<String> heir =
        combine(operator(), word("", "", "not "), ids.id()).as((o, not, id) -> o + not + id);
    Arbitrary<String> heirs = heir.list().ofMinSize(1).ofMaxSize(3).map(l -> String.join("", l));
    Arbitrary<String> row = combine(one, heirs).as(String::concat);
    Arbitrary<String> group =
        combine(ids.qualifiers(), ids.id(), heirs).as((q, id, h) -> q + " (" + id + h + ")");
    return Arbitraries.frequencyOf(Tuple.of(5, one), Tuple.of(2, row), Tuple.of(1, group));
  }

  /** One of these words; a failing example shrinks to the first. */
  static Arbitrary<String> word(String... words) {
    return Arbitraries.of(words);
  }
}
