package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.FilterOptions;
import io.dropwatch.pcapfilter.internal.ast.Expression.Encapsulation;
import io.dropwatch.pcapfilter.internal.check.Checker.Variables;
import io.dropwatch.pcapfilter.internal.predicate.EtherTypes;
import io.dropwatch.pcapfilter.internal.predicate.MetadataField;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.source.Span;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import java.util.Objects;
import java.util.OptionalInt;

/** Predicates of encapsulating headers, which shift the offsets of all later primitives. */
final class EncapsulationPredicates {
  /** Each tag may be in the frame or in the metadata, so each one doubles the code. */
  private static final int MAX_TAGS = 4;

  private EncapsulationPredicates() {}

  /** A predicate, and where the headers are after it. */
  record Moved(Predicate predicate, HeaderLayout layout) {}

  static Moved test(
      HeaderLayout layout, Variables variables, FilterOptions options, Encapsulation e) {
    return switch (e.kind()) {
      case VLAN -> vlan(layout, variables, number(e, 0xfff, "a VLAN id"), e.span());
      case MPLS -> mpls(layout, number(e, 0xfffff, "an MPLS label"), e.span());
      case PPPOE_DISCOVERY ->
          new Moved(LinkPredicates.carries(layout, EtherTypes.PPPOE_DISCOVERY, e.span()), layout);
      case PPPOE_SESSION -> pppoe(layout, number(e, 0xffff, "a PPPoE session"), e.span());
      case GENEVE ->
          TunnelPredicates.geneve(
              layout,
              variables,
              options.genevePorts(),
              number(e, 0xffffff, "a Geneve VNI"),
              e.span());
      case VXLAN ->
          TunnelPredicates.vxlan(
              layout,
              variables,
              options.vxlanPorts(),
              number(e, 0xffffff, "a VXLAN VNI"),
              e.span());
    };
  }

  private static OptionalInt number(Encapsulation e, int most, String what) {
    if (e.number().isPresent() && Integer.compareUnsigned(e.number().getAsInt(), most) > 0) {
      throw SyntaxFault.at(e.span(), what + " is at most " + most);
    }
    return e.number();
  }

  private static Moved vlan(HeaderLayout layout, Variables variables, OptionalInt id, Span span) {
    if (layout.labels() > 0) {
      throw SyntaxFault.at(span, "after an MPLS label a VLAN tag cannot be recognized")
          .fix("the tag comes before the label: 'vlan and mpls'");
    }
    return switch (layout.framing()) {
      case ETHERNET -> new Moved(ethernetTag(layout, id, span), layout.afterTag());
      case SKB -> {
        if (layout.tags() >= MAX_TAGS) {
          throw SyntaxFault.at(
              span, "a filter for the kernel's view has at most " + MAX_TAGS + " VLAN tags");
        }
        yield SkbTag.test(layout, variables, id);
      }
      case RAW_IP, PPP ->
          throw SyntaxFault.at(span, "a VLAN tag needs an Ethernet header")
              .fix(
                  layout.framing() == HeaderLayout.Framing.PPP
                      ? "the tag comes before PPPoE: 'vlan and pppoes'"
                      : "compile for LinkType.ETHERNET or with SkbFilter ('--link ethernet')");
    };
  }

  private static Predicate ethernetTag(HeaderLayout layout, OptionalInt id, Span span) {
    Predicate tagged =
        Predicate.any(
            LinkPredicates.carries(layout, EtherTypes.VLAN, span),
            LinkPredicates.carries(layout, EtherTypes.VLAN_8021AD, span),
            LinkPredicates.carries(layout, EtherTypes.VLAN_QINQ, span));
    return id.isEmpty()
        ? tagged
        : Predicate.all(tagged, Predicate.equal(layout.network(0, 2), 0xfff, id.getAsInt()));
  }

  private static Moved mpls(HeaderLayout layout, OptionalInt label, Span span) {
    Predicate labelled;
    if (layout.labels() > 0) {
      labelled = Predicate.equal(layout.network(-2, 1), 1, 0);
    } else {
      labelled =
          switch (layout.framing()) {
            case ETHERNET, SKB -> LinkPredicates.carries(layout, EtherTypes.MPLS, span);
            case PPP -> LinkPredicates.carries(layout, 0x0281, span);
            case RAW_IP -> throw SyntaxFault.at(span, "an MPLS label needs a link-layer header");
          };
    }
    if (label.isPresent()) {
      labelled =
          Predicate.all(
              labelled, Predicate.equal(layout.network(0, 4), 0xfffff000, label.getAsInt() << 12));
    }
    return new Moved(labelled, layout.afterLabel());
  }

  private static Moved pppoe(HeaderLayout layout, OptionalInt session, Span span) {
    Predicate is = LinkPredicates.carries(layout, EtherTypes.PPPOE_SESSION, span);
    if (session.isPresent()) {
      is = Predicate.all(is, Predicate.equal(layout.network(0, 4), 0xffff, session.getAsInt()));
    }
    return new Moved(is, layout.afterPppoe());
  }

  /** A VLAN tag in the kernel's view: in the metadata, or at the start of the window. */
  private static final class SkbTag {
    private SkbTag() {}

    static Moved test(HeaderLayout layout, Variables variables, OptionalInt id) {
      HeaderLayout moved = variables.afterTag(layout);
      HeaderLayout.Tagged tag = Objects.requireNonNull(moved.tagged(), "tagged");
      Operand base = layout.payload().base();
      Operand before = base == null ? Operand.of(0) : base;
      Operand after = Operand.of(Operand.Operator.ADD, before, Operand.of(4));
      Predicate inFrame =
          Predicate.all(
              layout.onType(
                  type ->
                      Predicate.any(
                          Predicate.equal(type, EtherTypes.VLAN),
                          Predicate.equal(type, EtherTypes.VLAN_8021AD),
                          Predicate.equal(type, EtherTypes.VLAN_QINQ))),
              place(tag, 1, after),
              is(layout.network(0, 2), id));
      if (layout.tags() > 0) {
        return new Moved(inFrame, moved);
      }
      // Only the outermost tag can be in the metadata.
      Predicate none = Predicate.equal(new Operand.Metadata(MetadataField.VLAN_PROTOCOL), 0);
      Predicate takenOut =
          Predicate.all(
              Predicate.not(none),
              place(tag, 0, before),
              is(new Operand.Metadata(MetadataField.VLAN_TCI), id));
      return new Moved(Predicate.any(takenOut, Predicate.all(none, inFrame)), moved);
    }

    private static Predicate place(HeaderLayout.Tagged tag, int inFrame, Operand distance) {
      return Predicate.all(
          new Predicate.Define(tag.inFrame(), Operand.of(inFrame)),
          new Predicate.Define(tag.shift(), distance));
    }

    private static Predicate is(Operand tci, OptionalInt id) {
      return id.isPresent()
          ? Predicate.equal(tci, 0xfff, id.getAsInt())
          : new Predicate.Always(true);
    }
  }
}
