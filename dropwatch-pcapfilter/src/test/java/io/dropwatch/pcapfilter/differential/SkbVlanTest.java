package io.dropwatch.pcapfilter.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.SkbFilter;
import io.dropwatch.pcapfilter.SkbPacket;
import io.dropwatch.pcapfilter.packet.PacketBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In the kernel's view alternatives of one level are all about the same tag. */
@Tag("live")
@net.jqwik.api.Tag("live")
class SkbVlanTest {
  /** Tags 0 (none) to 7, outside and inside, with TCP and UDP. */
  private static final List<Frame> FRAMES = frames();

  private record Frame(int outer, int inner, boolean udp, SkbPacket skb) {}

  private static List<Frame> frames() {
    List<Frame> frames = new ArrayList<>();
    for (int outer = 0; outer < 8; outer++) {
      for (int inner = 0; inner < (outer == 0 ? 1 : 8); inner++) {
        for (boolean udp : new boolean[] {false, true}) {
          PacketBuilder packet = PacketBuilder.ethernet();
          packet = outer == 0 ? packet : packet.vlan(outer);
          packet = inner == 0 ? packet : packet.vlan(inner);
          packet = packet.ipv4("10.0.0.1", "10.0.0.2");
          byte[] bytes = (udp ? packet.udp(53, 1000) : packet.tcp(1, 443, 2)).payload(20).build();
          SkbPacket skb =
              SkbPacket.builder().packet(LinkType.ETHERNET, bytes, bytes.length).build();
          frames.add(new Frame(outer, inner, udp, skb));
        }
      }
    }
    return frames;
  }

  @Property(tries = 30)
  void alternatives_areMembership(
      @ForAll @Size(min = 1, max = 5) Set<@IntRange(min = 1, max = 7) Integer> ids) {
    agree(any(ids, "vlan %d", " or "), frame -> ids.contains(frame.outer));
    agree(any(ids, "not vlan %d", " and "), frame -> !ids.contains(frame.outer));
    agree("(" + any(ids, "vlan %d", " or ") + ") and udp", f -> ids.contains(f.outer) && isUdp(f));
    agree(
        any(ids, "(vlan %d and udp)", " or "), frame -> ids.contains(frame.outer) && isUdp(frame));
    agree(
        "vlan 3 and (" + any(ids, "vlan %d", " or ") + ") and tcp",
        frame -> frame.outer == 3 && ids.contains(frame.inner) && !frame.udp);
  }

  // A tag that no 'vlan' stands for hides what is after it.
  private static boolean isUdp(Frame frame) {
    return frame.udp && frame.inner == 0;
  }

  private static String any(Set<Integer> ids, String each, String word) {
    return ids.stream().map(each::formatted).collect(Collectors.joining(word));
  }

  @ParameterizedTest
  @CsvSource({
    "vlan 5 or vlan 6,                              5 6",
    "(vlan 6 and udp) or (vlan 5 and tcp),          5",
    "not vlan 5 and not vlan 6,                     0 1 2 3 4 7",
    "not (vlan 5 or vlan 6) and tcp,                0 1 2 3 4 7",
    "vlan 5 or ip,                                  0 1 2 3 4 5 6 7",
    "vlan and not vlan 5,                           1 2 3 4 5 6 7",
    "not vlan or vlan 5,                            0 5",
    "not (not vlan 5),                              5",
  })
  void oneTag_isSelected(String expression, String outer) {
    SkbFilter filter = SkbFilter.compile(expression);
    assertEquals(
        outer,
        FRAMES.stream()
            .filter(frame -> frame.inner == 0 && !frame.udp && filter.matches(frame.skb))
            .map(frame -> "" + frame.outer)
            .collect(Collectors.joining(" ")));
  }

  @Test
  void listOfTags_isShort() {
    String list = any(Set.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), "vlan %d", " or ");
    assertTrue(
        SkbFilter.compile(list).ebpf().size() < 80, SkbFilter.compile(list).ebpf()::toString);
  }

  private static void agree(String expression, java.util.function.Predicate<Frame> expected) {
    SkbFilter filter = SkbFilter.compile(expression);
    var kernel = SkbAgreementTest.kernel(filter, FRAMES.stream().map(Frame::skb).toList());
    for (int i = 0; i < FRAMES.size(); i++) {
      Frame frame = FRAMES.get(i);
      assertEquals(expected.test(frame), filter.matches(frame.skb), expression + " on " + frame);
      assertEquals(expected.test(frame), kernel.get(i), expression + " in the kernel on " + frame);
    }
  }
}
