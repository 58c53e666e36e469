package io.dropwatch.pcapfilter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropwatch.pcapfilter.packet.PacketCorpus;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The interpreter, the explanation, the generated class and the eBPF run in Java give one verdict,
 * for every expression of the tables that libpcap judges elsewhere.
 */
class InterpreterAgreementTest {
  @ParameterizedTest
  @EnumSource
  void interpreterExplanationClassAndEbpf_haveTheSameVerdict(LinkType link) throws IOException {
    List<SamplePacket> packets =
        link == LinkType.ETHERNET ? PacketCorpus.ethernet() : PacketCorpus.rawIp();
    for (String resource : List.of("common.txt", "table.txt")) {
      for (String expression : lines(resource)) {
        PcapFilter filter;
        try {
          filter = PcapFilter.compile(expression, link);
        } catch (FilterSyntaxException e) {
          continue;
        }
        check(filter, packets);
      }
    }
  }

  private static void check(PcapFilter filter, List<SamplePacket> packets) {
    EbpfMachine machine = new EbpfMachine(filter.ebpf(), filter.linkType());
    for (SamplePacket packet : packets) {
      for (int cut : new int[] {packet.bytes().length, packet.bytes().length * 2 / 3, 20}) {
        if (cut > packet.bytes().length || cut > EbpfMachine.WINDOW) {
          continue;
        }
        SamplePacket part = packet.truncated(cut);
        boolean generated = filter.matches(part.bytes(), part.wireLength());
        String what = filter.expression() + " on " + part;
        assertEquals(
            TestFilters.interpreted(filter, part.bytes(), part.wireLength()), generated, what);
        assertEquals(machine.matches(part.bytes(), part.wireLength()), generated, what);
        Explanation explanation = filter.explain(part.bytes(), part.wireLength());
        assertEquals(generated, explanation.matches(), what);
        assertEquals(filter.toString().isEmpty(), explanation.deciding().isEmpty(), what);
      }
    }
  }

  private static List<String> lines(String resource) throws IOException {
    try (InputStream in =
        InterpreterAgreementTest.class.getResourceAsStream("differential/" + resource)) {
      if (in == null) {
        throw new IOException(resource + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> line.split(" => ", 2)[0])
          .toList();
    }
  }
}
