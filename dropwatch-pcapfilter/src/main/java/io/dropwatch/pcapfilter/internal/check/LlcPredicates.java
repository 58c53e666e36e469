package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.source.Span;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Predicates of the 802.2 control field (IEEE 802.2, section 5.4). */
final class LlcPredicates {
  private static final int SUPERVISORY = 0x0f;
  private static final int UNNUMBERED = 0xef;

  private LlcPredicates() {}

  static Predicate type(HeaderLayout layout, @Nullable String type, Span span) {
    if (layout.framing() != HeaderLayout.Framing.ETHERNET
        && layout.framing() != HeaderLayout.Framing.SKB) {
      throw SyntaxFault.at(span, "'llc' needs an Ethernet header")
          .fix("compile for LinkType.ETHERNET or with SkbFilter ('--link ethernet')");
    }
    Predicate llc = LinkPredicates.isLlc(layout);
    return type == null
        ? llc
        : Predicate.all(llc, control(LinkPredicates.llc(layout, 2, 1), type, span));
  }

  private static Predicate control(Operand control, String type, Span span) {
    return switch (type.toLowerCase(Locale.ROOT)) {
      case "i" -> Predicate.not(Predicate.commonBits(control, 1));
      case "s" -> Predicate.equal(control, 3, 1);
      case "u" -> Predicate.equal(control, 3, 3);
      case "rr" -> Predicate.equal(control, SUPERVISORY, 0x01);
      case "rnr" -> Predicate.equal(control, SUPERVISORY, 0x05);
      case "rej" -> Predicate.equal(control, SUPERVISORY, 0x09);
      case "ui" -> Predicate.equal(control, UNNUMBERED, 0x03);
      case "ua" -> Predicate.equal(control, UNNUMBERED, 0x63);
      case "disc" -> Predicate.equal(control, UNNUMBERED, 0x43);
      case "dm" -> Predicate.equal(control, UNNUMBERED, 0x0f);
      case "sabme" -> Predicate.equal(control, UNNUMBERED, 0x6f);
      case "test" -> Predicate.equal(control, UNNUMBERED, 0xe3);
      case "xid" -> Predicate.equal(control, UNNUMBERED, 0xaf);
      case "frmr" -> Predicate.equal(control, UNNUMBERED, 0x87);
      default ->
          throw SyntaxFault.at(span, "unknown LLC type '" + type + "'")
              .expecting("i, s, u, rr, rnr, rej, ui, ua, disc, dm, sabme, test, xid or frmr");
    };
  }
}
