package io.dropwatch.pcapfilter.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.dropwatch.pcapfilter.Filter;
import io.dropwatch.pcapfilter.FilterSyntaxException;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.SkbFilter;
import io.dropwatch.pcapfilter.SkbPacket;
import io.dropwatch.pcapfilter.kernel.FilteredSocket;
import io.dropwatch.pcapfilter.kernel.FilteredSocket.Kind;
import io.dropwatch.pcapfilter.packet.PacketBuilder;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Classic programs in the kernel: accepted by SO_ATTACH_FILTER, and the JVM's verdict. */
class ClassicInKernelTest {
  /** The loopback device of every network namespace. */
  private static final int LOOPBACK = 1;

  private static final int OUTGOING = 4;

  private static final List<byte[]> FRAMES =
      List.of(
          PacketBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").tcp(40000, 443, 2).build(),
          PacketBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").tcp(443, 40000, 18).build(),
          PacketBuilder.ethernet().ipv4("10.0.0.2", "10.0.0.3").udp(53, 5353).build(),
          PacketBuilder.ethernet().ipv6("2001:db8::1", "2001:db8::2").tcp(1, 443, 2).build(),
          PacketBuilder.ethernet().arp(1, "10.0.0.1", "10.0.0.2").build());

  static Stream<ListedExpression> expressions() {
    return Stream.of("common.txt", "table.txt").flatMap(l -> ListedExpression.read(l).stream());
  }

  @ParameterizedTest
  @MethodSource("expressions")
  void classicBpf_hasTheJvmsVerdicts(ListedExpression expression) {
    for (LinkType link : Set.of(LinkType.ETHERNET, LinkType.RAW_IP)) {
      try {
        PcapFilter filter = PcapFilter.compile(expression.ours(), link);
        agree(filter, Corpora.sample(link));
      } catch (FilterSyntaxException refusal) {
        // Refused by libpcap too: LibpcapAgreementTest.
      }
    }
  }

  // The kernel knows one length only, so a packet that was cut is a short packet here.
  static void agree(PcapFilter filter, List<SamplePacket> packets) {
    byte[] program;
    try {
      program = filter.classicBpf().toBytes();
    } catch (UnsupportedOperationException refusal) {
      return; // Larger than any kernel accepts; Classic checks the words.
    }
    try (FilteredSocket socket = FilteredSocket.pair(program)) {
      for (SamplePacket packet : packets) {
        byte[] bytes = packet.bytes();
        socket.send(bytes);
        boolean expected = filter.matches(bytes, bytes.length);
        if (socket.received() != expected) {
          String words =
              Agreement.difference(
                  filter.expression(),
                  filter.linkType(),
                  packet,
                  "the JVM",
                  expected,
                  "the kernel");
          fail(words + "\n" + filter.classicBpf());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tcp",
        "tcp port 443",
        "tcp and not src port 443",
        "port 53",
        "ip6",
        "arp",
        "not arp",
        "host 10.0.0.2",
        "less 50",
        "greater 55",
        "ether broadcast",
        "tcp[tcpflags] = tcp-syn"
      })
  @Tag("live")
  void rawSocket_ethernetFilter_hasTheJvmsVerdicts(String expression) throws Exception {
    PcapFilter filter = PcapFilter.compile(expression, LinkType.ETHERNET);
    List<String> expected = new ArrayList<>();
    for (byte[] frame : FRAMES) {
      if (filter.matches(frame, frame.length)) {
        // The loopback device shows each frame on its way out and on its way in.
        expected.addAll(List.of(hex(frame), hex(frame)));
      }
    }
    assertEquals(expected, received(Kind.RAW, filter));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "tcp", "arp", "not arp and not ip6", "inbound", "outbound", "inbound and tcp port 443",
        "ifindex 1", "ifindex 2", "not ifindex 2 and udp", "vlan", "not vlan", "len = 40",
            "less 41",
        "host 10.0.0.2", "ether proto 0x806", "ether host 00:11:22:33:44:55", "broadcast"
      })
  @Tag("live")
  void cookedSocket_skbFilter_hasTheJvmsVerdicts(String expression) throws Exception {
    SkbFilter filter = SkbFilter.compile(expression);
    List<String> expected = new ArrayList<>();
    for (byte[] frame : FRAMES) {
      int etherType = (frame[12] & 0xff) << 8 | (frame[13] & 0xff);
      byte[] bytes = Arrays.copyOfRange(frame, 14, frame.length);
      for (int type : new int[] {OUTGOING, packetType(frame)}) {
        SkbPacket packet =
            SkbPacket.builder()
                .packet(LinkType.RAW_IP, bytes, bytes.length)
                .protocol(etherType)
                .packetType(type)
                .ifindex(LOOPBACK)
                .build();
        if (filter.matches(packet)) {
          expected.add(hex(bytes));
        }
      }
    }
    assertEquals(expected, received(Kind.COOKED, filter));
  }

  /** What eth_type_trans says of a frame on the loopback device, whose address is 0. */
  private static int packetType(byte[] frame) {
    byte[] to = Arrays.copyOf(frame, 6);
    if ((to[0] & 1) != 0) {
      return Arrays.equals(to, new byte[] {-1, -1, -1, -1, -1, -1}) ? 1 : 2;
    }
    return Arrays.equals(to, new byte[6]) ? 0 : 3;
  }

  /** What comes through a socket on the loopback device of a namespace of its own. */
  private static List<String> received(Kind kind, Filter filter) throws Exception {
    Callable<List<String>> task =
        () -> {
          FilteredSocket.enterOwnNamespace();
          try (FilteredSocket socket =
              FilteredSocket.packet(kind, LOOPBACK, filter.classicBpf().toBytes())) {
            FRAMES.forEach(socket::send);
            return socket.receiveAll().stream().map(ClassicInKernelTest::hex).toList();
          }
        };
    // A thread in another namespace must not be used for anything else.
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      return thread.submit(task).get();
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
