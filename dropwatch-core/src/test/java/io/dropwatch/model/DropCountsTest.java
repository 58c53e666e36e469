package io.dropwatch.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class DropCountsTest {
  private static final Instant START = Instant.ofEpochSecond(1_750_000_000);

  @Property
  void since_earlierSnapshot_isTheDifference(
      @ForAll("counts") DropCounts earlier, @ForAll("counts") DropCounts more) {
    DropCounts later = earlier.plus(more);
    assertEquals(more, later.since(earlier));
    assertEquals(later, earlier.plus(later.since(earlier)));
  }

  @Property
  void plus_since_isTheLaterSnapshot(
      @ForAll("counts") DropCounts first,
      @ForAll("counts") DropCounts more,
      @ForAll("counts") DropCounts evenMore) {
    DropCounts second = first.plus(more);
    DropCounts third = second.plus(evenMore);
    assertEquals(third.since(first), second.since(first).plus(third.since(second)));
    assertEquals(first.seen() + more.seen() + evenMore.seen(), third.seen());
  }

  @Property
  void seen_anyCounts_isTheSumOfOutcomes(@ForAll("counts") DropCounts counts) {
    long sum = counts.counts().values().stream().mapToLong(Long::longValue).sum();
    assertEquals(counts.seen(), counts.excluded() + counts.filtered() + counts.overflow() + sum);
  }

  @Example
  void counts_zero_isLeftOut() {
    DropCounts counts = counts(1, Map.of(kind(1), 0L, kind(2), 5L), 0);
    assertEquals(Map.of(kind(2), 5L), counts.counts());
    assertEquals(0, counts.count(kind(1)));
    assertEquals(Map.of(), counts.since(counts).counts());
  }

  @Example
  void perSecond_elapsed_isTheAverage() {
    DropCounts counts = counts(2, Map.of(kind(1), 5L, kind(2), 2L), 0);
    assertEquals(2.5, counts.perSecond(kind(1)));
    assertEquals(3.5, counts.perSecond());
    assertEquals(0, counts.since(counts).perSecond());
  }

  @Example
  void since_laterSnapshot_throws() {
    DropCounts earlier = counts(1, Map.of(kind(1), 1L), 0);
    DropCounts later = counts(2, Map.of(kind(1), 3L), 0);
    assertThrows(IllegalArgumentException.class, () -> earlier.since(later));
    assertThrows(
        IllegalArgumentException.class, () -> later.since(counts(1, Map.of(kind(2), 1L), 0)));
  }

  @Example
  void toString_counts_isTheAccount() {
    DropCounts counts = counts(1, Map.of(kind(1), 6L), 0);
    assertEquals("seen=9 excluded=1 filtered=2 counted=6 overflow=0", counts.toString());
    assertEquals(
        "seen=9 excluded=1 filtered=2 counted=6 overflow=0 missed=4",
        counts(1, Map.of(kind(1), 6L), 4).toString());
  }

  @Example
  void protocolLabel_numbers_haveNames() {
    assertEquals("IPv4/UDP", kind(1).protocolLabel());
    Map<int[], String> labels =
        Map.of(
            new int[] {0x0806, 0}, "ARP",
            new int[] {0x0800, 1}, "IPv4/ICMP",
            new int[] {0x86dd, 58}, "IPv6/ICMPv6",
            new int[] {0x86dd, 44}, "IPv6/IPv6Fragment",
            new int[] {0x0800, 253}, "IPv4/253",
            new int[] {0x88b5, 0}, "0x88b5",
            new int[] {0, 0}, "unknown");
    labels.forEach(
        (numbers, label) -> assertEquals(label, kind(1, numbers[0], numbers[1]).protocolLabel()));
  }

  @Provide
  Arbitrary<DropCounts> counts() {
    Arbitrary<Map<DropKind, Long>> kinds =
        Arbitraries.maps(
            Arbitraries.integers().between(1, 6).map(DropCountsTest::kind),
            Arbitraries.longs().between(1, 1L << 50));
    return Combinators.combine(
            Arbitraries.longs().between(0, 1L << 40),
            kinds.map(HashMap::new),
            Arbitraries.longs().between(0, 1L << 50).list().ofSize(4))
        .as(
            (nanos, map, others) ->
                counts(Duration.ofNanos(nanos), map)
                    .excluded(others.get(0))
                    .filtered(others.get(1))
                    .overflow(others.get(2))
                    .missed(others.get(3))
                    .build());
  }

  /** Two drivers may have a trap of one name: equal kinds of different keys in the kernel. */
  @Example
  void count_equalKinds_addsUp() {
    DropCounts counts = DropCounts.builder().count(kind(1), 2).count(kind(1), 3).build();
    assertEquals(Map.of(kind(1), 5L), counts.counts());
  }

  @Example
  void since_removedKind_isNeitherNegativeNorNew() {
    DropCounts earlier = DropCounts.builder().count(kind(1), 5).count(kind(2), 7).build();
    DropCounts later =
        DropCounts.builder().count(kind(2), 8).count(DropKind.REMOVED, 6).excluded(0).build();
    assertEquals(Map.of(kind(2), 1L, DropKind.REMOVED, 1L), later.since(earlier).counts());
    // A kind that came back after it was removed.
    DropCounts back = DropCounts.builder().count(kind(1), 2).count(DropKind.REMOVED, 5).build();
    DropCounts before = DropCounts.builder().count(kind(1), 5).build();
    assertEquals(Map.of(DropKind.REMOVED, 2L), back.since(before).counts());
    assertThrows(IllegalArgumentException.class, () -> earlier.since(later));
  }

  private static DropCounts counts(int seconds, Map<DropKind, Long> kinds, long missed) {
    return counts(Duration.ofSeconds(seconds), kinds)
        .excluded(1)
        .filtered(2)
        .missed(missed)
        .build();
  }

  private static DropCounts.Builder counts(Duration elapsed, Map<DropKind, Long> kinds) {
    DropCounts.Builder counts = DropCounts.builder().time(START).elapsed(elapsed);
    kinds.forEach(counts::count);
    return counts;
  }

  private static DropKind kind(int ifindex) {
    return kind(ifindex, 0x0800, 17);
  }

  private static DropKind kind(int ifindex, int protocol, int ipProtocol) {
    return DropKind.builder()
        .reason(new DropReason(3, "SKB_DROP_REASON_NO_SOCKET"))
        .location(StackFrame.unknown(0xffff_ffff_8100_0000L))
        .device(ifindex, "lo")
        .networkNamespace(NetworkNamespace.of(4_026_531_840L, 1))
        .protocol(protocol, ipProtocol)
        .build();
  }
}
