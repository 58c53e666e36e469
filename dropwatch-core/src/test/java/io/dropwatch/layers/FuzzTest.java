package io.dropwatch.layers;

import static org.junit.jupiter.api.Assertions.fail;

import io.dropwatch.pcapfilter.LinkType;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * Decodes mutated packets; none may throw. To run more of them:
 *
 * <pre>{@code
 * mvn test -pl dropwatch-core -am -Dtest=FuzzTest -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Ddropwatch.fuzz.packets=100000000 -Ddropwatch.fuzz.seed=1
 * }</pre>
 */
class FuzzTest {
  private static final long PACKETS = Long.getLong("dropwatch.fuzz.packets", 500_000);
  private static final long SEED = Long.getLong("dropwatch.fuzz.seed", 42);
  private static final int MUTANTS_OF_EACH = 32;
  private static final int[] ETHER_TYPES = {
    0, 0x0800, 0x86dd, 0x0806, 0x8100, 0x8847, 0x8863, 0x8864, 4
  };

  @Test
  void decode_mutatedPackets_doesNotThrow() {
    var random = new SplittableRandom(SEED);
    var packets = new RandomPackets(random);
    byte[] packet = packets.frame();
    for (long i = 0; i < PACKETS; i++) {
      if (i % MUTANTS_OF_EACH == 0) {
        packet = packets.frame();
      }
      byte[] mutant = mutated(packet, random);
      int etherType = ETHER_TYPES[random.nextInt(ETHER_TYPES.length)];
      LinkType linkType = random.nextInt(4) == 0 ? LinkType.RAW_IP : LinkType.ETHERNET;
      try {
        Layers.decode(linkType, mutant, etherType).label();
      } catch (RuntimeException | StackOverflowError e) {
        fail(
            "seed %d, packet %d: Layers.decode(%s, %s, 0x%x)"
                .formatted(SEED, i, linkType, HexFormat.of().formatHex(mutant), etherType),
            e);
      }
    }
  }

  private static byte[] mutated(byte[] packet, RandomGenerator random) {
    int length = random.nextInt(4) == 0 ? random.nextInt(packet.length + 1) : packet.length;
    byte[] mutant = Arrays.copyOf(packet, length);
    for (int i = random.nextInt(6); i > 0 && length > 0; i--) {
      int place = random.nextInt(length);
      switch (random.nextInt(4)) {
        case 0 -> mutant[place] = 0;
        case 1 -> mutant[place] = -1;
        case 2 -> mutant[place] ^= (byte) (1 << random.nextInt(8));
        default -> mutant[place] = (byte) random.nextInt();
      }
    }
    return mutant;
  }
}
