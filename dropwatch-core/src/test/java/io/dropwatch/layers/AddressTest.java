package io.dropwatch.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressTest {
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          00000000, 0.0.0.0
          ffffffff, 255.255.255.255
          0a000105, 10.0.1.5
          00000000000000000000000000000000, ::
          00000000000000000000000000000001, ::1
          00010000000000000000000000000000, 1::
          20010db8000000000001000000000001, 2001:db8::1:0:0:1
          20010db8000000010000000000000001, 2001:db8:0:1::1
          20010db8000000010001000100010001, 2001:db8:0:1:1:1:1:1
          00010000000300040005000600000000, 1:0:3:4:5:6::
          00000000000300040005000600070008, ::3:4:5:6:7:8
          abcdef01234567890000000000000000, abcd:ef01:2345:6789::
          00000000000000000000ffff0a000001, 10.0.0.1
          000000000000000000000000 0a000001, ::a00:1
          """)
  void shortestText(String digits, String text) {
    assertEquals(text, IpAddress.of(Packets.hex(digits)).toString());
  }

  @Property
  void javaNetReadsTheTextBackIntoTheSameBytes(@ForAll("sparse") byte[] bytes)
      throws UnknownHostException {
    IpAddress address = IpAddress.of(bytes);

    assertEquals(address.inetAddress(), InetAddress.getByName(address.toString()));
    assertArrayEquals(bytes, address.bytes());
    assertEquals(address, IpAddress.of(bytes));
  }

  // Mostly zeros, so that runs of them of every length and place occur.
  @Provide
  Arbitrary<byte[]> sparse() {
    return Arbitraries.bytes()
        .edgeCases(edge -> edge.none())
        .injectDuplicates(0.1)
        .map(b -> b % 3 == 0 ? b : (byte) 0)
        .array(byte[].class)
        .ofSize(16);
  }

  @Test
  void anAddressHasFourOrSixteenBytes() {
    assertThrows(IllegalArgumentException.class, () -> IpAddress.of(new byte[5]));
  }

  @ParameterizedTest
  @CsvSource({"aabbccddeeff, aa:bb:cc:dd:ee:ff", "01, 01", "'', ''"})
  void hardwareAddresses(String digits, String text) {
    var address = HardwareAddress.of(HexFormat.of().parseHex(digits));

    assertEquals(text, address.toString());
    assertEquals(address, HardwareAddress.of(address.bytes()));
  }
}
