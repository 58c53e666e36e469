package io.dropwatch.pcapfilter.differential;

import static org.junit.jupiter.api.Assertions.fail;

import io.dropwatch.pcapfilter.FilterSyntaxException;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.oracle.Libpcap;
import io.dropwatch.pcapfilter.oracle.Libpcap.Dlt;
import io.dropwatch.pcapfilter.oracle.Libpcap.Mode;
import io.dropwatch.pcapfilter.oracle.LibpcapFilter;
import io.dropwatch.pcapfilter.oracle.LibpcapRefusal;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Fails with the expression and the packet when two implementations differ. */
final class Agreement {
  /**
   * libpcap looks for a bad constant in the first statement of a calculation's right operand. When
   * that operand is a load, the first statement has the load's index: {@code ip[9] / ip[0]} is a
   * "division by zero" to libpcap. Accepting it gives no other meaning to anything; constants that
   * really are bad are in refused.txt.
   */
  private static final Set<String> SLIPS =
      Set.of("division by zero", "modulus by zero", "shift by more than 31 bits");

  private Agreement() {}

  /**
   * Both refuse the expression, or both accept it and say the same of every packet.
   *
   * @return our filter; null when both refuse
   */
  static @Nullable PcapFilter jvmAndLibpcap(
      ListedExpression expression, LinkType link, List<SamplePacket> corpus) {
    try (LibpcapFilter theirs =
        Libpcap.compile(expression.libpcaps(), dlt(link), Mode.UNOPTIMIZED)) {
      PcapFilter ours = compile(expression, link);
      try (Classic classic = Classic.of(ours)) {
        for (SamplePacket packet : corpus) {
          boolean expected = theirs.matches(packet.bytes(), packet.wireLength());
          if (expected != ours.matches(packet.bytes(), packet.wireLength())) {
            fail(difference(expression.ours(), link, packet, "libpcap", expected, "the JVM"));
          }
          if (expected != classic.matches(packet, expected)) {
            fail(
                difference(expression.ours(), link, packet, "libpcap", expected, "classic BPF")
                    + "\n"
                    + ours.classicBpf());
          }
        }
      }
      return ours;
    } catch (LibpcapRefusal refusal) {
      refused(expression, link, refusal);
      return null;
    }
  }

  /** libpcap accepts it, so we do. */
  private static PcapFilter compile(ListedExpression expression, LinkType link) {
    try {
      return PcapFilter.compile(expression.ours(), link);
    } catch (FilterSyntaxException refusal) {
      return fail("we refuse what libpcap accepts, on " + link + ": " + refusal.getMessage());
    }
  }

  private static void refused(ListedExpression expression, LinkType link, LibpcapRefusal refusal) {
    String words = acceptedByUs(expression.ours(), link, refusal);
    if (words != null) {
      fail(words);
    }
  }

  /** What is wrong when we do not refuse an expression as libpcap did; null when we do. */
  static @Nullable String acceptedByUs(String expression, LinkType link, LibpcapRefusal refusal) {
    try {
      PcapFilter.compile(expression, link);
    } catch (FilterSyntaxException _) {
      return null;
    }
    return SLIPS.contains(refusal.words())
        ? null
        : "on " + link + " we accept what " + refusal.getMessage();
  }

  /** The message of a difference: everything that is needed to see it again. */
  static String difference(
      String expression,
      Object view,
      Object packet,
      String oracle,
      boolean expected,
      String implementation) {
    return "\"%s\" on %s: %s says %s, %s says %s. Packet: %s"
        .formatted(
            expression,
            view,
            oracle,
            expected ? "match" : "no match",
            implementation,
            expected ? "no match" : "match",
            packet);
  }

  static Dlt dlt(LinkType link) {
    return switch (link) {
      case ETHERNET -> Dlt.EN10MB;
      case RAW_IP -> Dlt.RAW;
    };
  }
}
