package io.dropwatch.pcapfilter.differential;

import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.packet.PacketCorpus;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** The corpus in the sizes that the tests have time for; built once, the same in every run. */
final class Corpora {
  private static final long SEED = 20_260_620;

  private static final Corpora ETHERNET = new Corpora(PacketCorpus.ethernet());
  private static final Corpora RAW_IP = new Corpora(PacketCorpus.rawIp());

  private final List<SamplePacket> whole;
  private final List<SamplePacket> full;
  private final List<SamplePacket> sample;

  private Corpora(List<SamplePacket> whole) {
    this.whole = whole;
    List<SamplePacket> damaged = PacketCorpus.damaged(whole, 6000, SEED);
    List<SamplePacket> all = new ArrayList<>(PacketCorpus.withTruncations(whole));
    all.addAll(damaged);
    this.full = List.copyOf(all);
    List<SamplePacket> shuffled = new ArrayList<>(full.subList(whole.size(), full.size()));
    Collections.shuffle(shuffled, new Random(SEED));
    List<SamplePacket> some = new ArrayList<>(whole);
    some.addAll(shuffled.subList(0, 4 * whole.size()));
    this.sample = List.copyOf(some);
  }

  private static Corpora of(LinkType link) {
    return switch (link) {
      case ETHERNET, SKB -> ETHERNET;
      case RAW_IP -> RAW_IP;
    };
  }

  /** No packet cut or damaged. */
  static List<SamplePacket> whole(LinkType link) {
    return of(link).whole;
  }

  /** Every packet, every cut of it up to 200 bytes, and 6000 damaged ones. */
  static List<SamplePacket> full(LinkType link) {
    return of(link).full;
  }

  /** Every packet, and four times as many of the others, picked at random. */
  static List<SamplePacket> sample(LinkType link) {
    return of(link).sample;
  }
}
