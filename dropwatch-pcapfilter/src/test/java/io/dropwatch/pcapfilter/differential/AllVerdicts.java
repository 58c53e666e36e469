package io.dropwatch.pcapfilter.differential;

import io.dropwatch.bpf.BpfException;
import io.dropwatch.pcapfilter.FilterSyntaxException;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.TestFilters;
import io.dropwatch.pcapfilter.kernel.KernelPacket;
import io.dropwatch.pcapfilter.kernel.KernelPacket.Base;
import io.dropwatch.pcapfilter.kernel.KernelVerdicts;
import io.dropwatch.pcapfilter.oracle.Libpcap;
import io.dropwatch.pcapfilter.oracle.Libpcap.Mode;
import io.dropwatch.pcapfilter.oracle.LibpcapFilter;
import io.dropwatch.pcapfilter.oracle.LibpcapRefusal;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Expressions over the full corpus of a link type, judged by libpcap without optimization, and by
 * the interpreter, the JVM bytecode, classic BPF run by libpcap and eBPF run by the kernel.
 */
final class AllVerdicts {
  private final LinkType link;
  private final Base base;
  private final List<SamplePacket> packets;
  private final List<KernelPacket> inKernel;

  private long accepted;
  private long refused;
  private long withoutClassic;
  private long beyondTheSlot;

  AllVerdicts(LinkType link) {
    this.link = link;
    this.base = link == LinkType.ETHERNET ? Base.MAC : Base.NETWORK;
    this.packets = Corpora.full(link);
    this.inKernel = KernelAgreementTest.kernelPackets(packets, base);
  }

  /** An expression of which something is wrong, and the words for it. */
  record Difference(int expression, String words) {}

  /** A filter that is still to be run by the kernel. */
  private record Judged(int expression, PcapFilter filter, BitSet expected) {}

  /** What is wrong with the expressions, by their place in the list; at most one thing of each. */
  List<Difference> differences(List<String> expressions) {
    List<Difference> differences = new ArrayList<>();
    List<Judged> forKernel = new ArrayList<>();
    for (int i = 0; i < expressions.size(); i++) {
      String words = inProcess(i, expressions.get(i), forKernel);
      if (words != null) {
        differences.add(new Difference(i, words));
      }
    }
    List<BitSet> kernel = kernel(forKernel, differences);
    for (int i = 0; i < kernel.size(); i++) {
      Judged judged = forKernel.get(i);
      String words = difference(judged, "the kernel", kernel.get(i));
      if (words != null) {
        differences.add(new Difference(judged.expression, words));
      }
    }
    return differences;
  }

  /** How much was compared so far. */
  String account() {
    return "%s: %,d filters x %,d packets (%,d refused by both; %,d of the filters too large for"
            .formatted(link, accepted, packets.size(), refused, withoutClassic)
        + " classic BPF, %,d for the slot)".formatted(beyondTheSlot);
  }

  private @Nullable String inProcess(int place, String expression, List<Judged> forKernel) {
    try (LibpcapFilter theirs =
        Libpcap.compile(expression, Agreement.dlt(link), Mode.UNOPTIMIZED)) {
      PcapFilter ours = PcapFilter.compile(expression, link);
      BitSet expected = verdicts(p -> theirs.matches(p.bytes(), p.wireLength()));
      Judged judged = new Judged(place, ours, expected);
      accepted++;
      String words = inJvm(judged);
      if (words == null && ours.ebpf().size() <= KernelVerdicts.SLOT) {
        forKernel.add(judged);
      } else if (words == null) {
        beyondTheSlot++;
      }
      return words;
    } catch (LibpcapRefusal refusal) {
      refused++;
      return Agreement.acceptedByUs(expression, link, refusal);
    } catch (FilterSyntaxException refusal) {
      return "we refuse what libpcap accepts, on " + link + ": " + refusal.getMessage();
    } catch (RuntimeException | StackOverflowError failure) {
      return "\"" + expression + "\" on " + link + ": " + failure;
    }
  }

  private @Nullable String inJvm(Judged judged) {
    PcapFilter ours = judged.filter;
    String words =
        difference(
            judged,
            "the interpreter",
            verdicts(p -> TestFilters.interpreted(ours, p.bytes(), p.wireLength())));
    if (words == null) {
      words = difference(judged, "the JVM", verdicts(p -> ours.matches(p.bytes(), p.wireLength())));
    }
    if (words == null) {
      try (Classic classic = Classic.of(ours)) {
        if (classic.isThere()) {
          BitSet verdicts = verdicts(p -> classic.matches(p, false));
          words = difference(judged, "classic BPF", verdicts);
        } else {
          withoutClassic++;
        }
      }
    }
    return words;
  }

  /** The kernel's verdicts; filters that it refuses are taken out of the list. */
  private List<BitSet> kernel(List<Judged> filters, List<Difference> differences) {
    try {
      return KernelVerdicts.of(
          filters.stream().map(judged -> judged.filter.ebpf().toBytes()).toList(), base, inKernel);
    } catch (BpfException refusal) {
      if (filters.size() == 1) {
        Judged judged = filters.removeFirst();
        differences.add(
            new Difference(
                judged.expression,
                "\"%s\" on %s: the kernel refuses it: %s"
                    .formatted(judged.filter.expression(), link, refusal)));
        return List.of();
      }
      List<BitSet> verdicts = new ArrayList<>();
      List<Judged> taken = new ArrayList<>();
      for (Judged judged : filters) {
        List<Judged> alone = new ArrayList<>(List.of(judged));
        verdicts.addAll(kernel(alone, differences));
        taken.addAll(alone);
      }
      filters.clear();
      filters.addAll(taken);
      return verdicts;
    }
  }

  private BitSet verdicts(Predicate<SamplePacket> matches) {
    BitSet verdicts = new BitSet(packets.size());
    for (int i = 0; i < packets.size(); i++) {
      if (matches.test(packets.get(i))) {
        verdicts.set(i);
      }
    }
    return verdicts;
  }

  /** The shortest packet of which this implementation does not say what libpcap says. */
  private @Nullable String difference(Judged judged, String implementation, BitSet verdicts) {
    if (verdicts.equals(judged.expected)) {
      return null;
    }
    BitSet wrong = (BitSet) verdicts.clone();
    wrong.xor(judged.expected);
    int shortest =
        wrong.stream()
            .boxed()
            .min(Comparator.comparingInt(i -> packets.get(i).bytes().length))
            .orElseThrow();
    return Agreement.difference(
            judged.filter.expression(),
            link,
            packets.get(shortest),
            "libpcap",
            judged.expected.get(shortest),
            implementation)
        + " (one of "
        + wrong.cardinality()
        + " packets)";
  }
}
