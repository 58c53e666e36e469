package io.dropwatch.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.LinkType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Decoding accepts any bytes. */
class AnyBytesTest {
  @Property(tries = 2000)
  void decode_anyBytes_returnsLayers(
      @ForAll @Size(max = 300) byte[] bytes,
      @ForAll LinkType linkType,
      @ForAll @IntRange(max = 0xffff) int etherType) {
    assertDecodes(linkType, bytes, etherType);
  }

  @Property(tries = 5000)
  void decode_mutatedPackets_returnsLayers(@ForAll("mutated") byte[] frame) {
    assertDecodes(LinkType.ETHERNET, frame, 0);
  }

  private static void assertDecodes(LinkType linkType, byte[] bytes, int etherType) {
    byte[] before = bytes.clone();
    Layers layers = Layers.decode(linkType, bytes, etherType);

    assertTrue(Arrays.equals(before, bytes), "the bytes are unchanged");
    assertEquals(layers, Layers.decode(linkType, bytes, etherType));
    assertEquals(layers.hashCode(), Layers.decode(linkType, bytes, etherType).hashCode());
    assertNotNull(layers.label());
    assertNotNull(layers.toString());
    FiveTuple flow = layers.flow();
    assertEquals(layers.ipv4() == null && layers.ipv6() == null, flow == null);
  }

  @Test
  void decode_truncatedFrame_hasAPrefixOfTheLayers() {
    Packets.everyKind()
        .forEach(
            (kind, frame) -> {
              Layers whole = Layers.decode(LinkType.ETHERNET, frame);
              for (int length = 1; length < frame.length; length++) {
                Layers cut = Layers.decode(LinkType.ETHERNET, Arrays.copyOf(frame, length));
                String what = kind + " cut to " + length + ": " + cut;
                assertPrefix(flat(cut), flat(whole), what);
                // Truncation is marked, unless only payload is missing that is not decoded anyway.
                assertTrue(cut.truncated() || sameLayers(cut, whole), what);
                assertEquals(whole.malformed(), cut.malformed(), what);
              }
            });
  }

  private static boolean sameLayers(Layers cut, Layers whole) {
    // A tunnel packet that ends exactly after its header has no inner packet to be truncated.
    return cut.all().equals(whole.all());
  }

  private static void assertPrefix(List<Layer> cut, List<Layer> whole, String what) {
    assertTrue(cut.size() <= whole.size(), what);
    for (int i = 0; i < cut.size(); i++) {
      // The contents of these depend on how many bytes there are.
      boolean partial = cut.get(i) instanceof Icmp || cut.get(i) instanceof TcpHead;
      if (!partial || i < cut.size() - 1) {
        assertEquals(whole.get(i), cut.get(i), what);
      }
    }
  }

  private static List<Layer> flat(Layers layers) {
    List<Layer> all = new ArrayList<>(layers.all());
    if (layers.inner() != null) {
      all.addAll(flat(layers.inner()));
    }
    if (layers.quoted() != null) {
      all.addAll(flat(layers.quoted()));
    }
    return all;
  }

  @Provide
  Arbitrary<byte[]> mutated() {
    Arbitrary<int[]> mutation =
        Combinators.combine(
                Arbitraries.integers().between(0, 199), Arbitraries.integers().between(0, 255))
            .as((place, value) -> new int[] {place, value});
    return Combinators.combine(
            Arbitraries.of(Packets.frames()),
            mutation.list().ofMinSize(1).ofMaxSize(6),
            Arbitraries.integers().between(0, 200))
        .as(
            (frame, mutations, cut) -> {
              byte[] mutated = Arrays.copyOf(frame, Math.min(frame.length, Math.max(cut, 14)));
              for (int[] each : mutations) {
                mutated[each[0] % mutated.length] = (byte) each[1];
              }
              return mutated;
            });
  }
}
