package io.dropwatch.pcapfilter.differential;

import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.packet.PacketCorpus;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

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
    List<SamplePacket> others = new ArrayList<>(PacketCorpus.withTruncations(whole));
    others.subList(0, whole.size()).clear();
    others.addAll(damaged);
    List<SamplePacket> shuffled = distinct(others, new HashSet<>());
    Set<Seen> seen = new HashSet<>();
    List<SamplePacket> all = distinct(whole, seen);
    all.addAll(distinct(others, seen));
    this.full = List.copyOf(all);
    Collections.shuffle(shuffled, new Random(SEED));
    List<SamplePacket> some = new ArrayList<>(whole);
    some.addAll(shuffled.subList(0, 4 * whole.size()));
    this.sample = List.copyOf(some);
  }

  /** All that a filter can know of a packet. */
  private record Seen(ByteBuffer bytes, int wireLength) {}

  /** Each packet once: short cuts of different packets are often the same. */
  private static List<SamplePacket> distinct(List<SamplePacket> packets, Set<Seen> seen) {
    List<SamplePacket> distinct = new ArrayList<>();
    for (SamplePacket packet : packets) {
      if (seen.add(new Seen(ByteBuffer.wrap(packet.bytes()), packet.wireLength()))) {
        distinct.add(packet);
      }
    }
    return distinct;
  }

  private static Corpora of(LinkType link) {
    return switch (link) {
      case ETHERNET -> ETHERNET;
      case RAW_IP -> RAW_IP;
    };
  }

  /** No packet cut or damaged. */
  static List<SamplePacket> whole(LinkType link) {
    return of(link).whole;
  }

  /** Every packet, every cut of it up to 200 bytes, and 6000 damaged ones; equal ones once. */
  static List<SamplePacket> full(LinkType link) {
    return of(link).full;
  }

  /** Every packet, and four times as many of the others, picked at random. */
  static List<SamplePacket> sample(LinkType link) {
    return of(link).sample;
  }
}
