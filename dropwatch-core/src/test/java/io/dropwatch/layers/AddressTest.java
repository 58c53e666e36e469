package io.dropwatch.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.util.HexFormat;
import java.util.List;
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
  void toString_ofIpAddress_isTheShortForm(String digits, String text) {
    assertEquals(text, IpAddress.of(Packets.hex(digits)).toString());
  }

  @Property
  void inetAddress_ofTheText_isTheSameAddress(@ForAll("sparse") byte[] bytes) {
    IpAddress address = IpAddress.of(bytes);

    assertEquals(address.inetAddress(), InetAddress.ofLiteral(address.toString()));
    assertArrayEquals(bytes, address.bytes());
    assertEquals(address, IpAddress.of(bytes));
    assertEquals(address.hashCode(), IpAddress.of(bytes).hashCode());
  }

  // Mostly zeros, so that runs of zeros of every length and position occur.
  @Provide
  Arbitrary<byte[]> sparse() {
    return Arbitraries.bytes()
        .edgeCases(edge -> edge.none())
        .injectDuplicates(0.1)
        .map(b -> b % 3 == 0 ? b : (byte) 0)
        .array(byte[].class)
        .ofSize(16);
  }

  @ParameterizedTest
  @CsvSource({"10.0.0.1, 10.0.0.1", "2001:db8::1, 2001:db8::1", "::ffff:10.0.0.1, 10.0.0.1"})
  void of_inetAddress(String literal, String text) {
    IpAddress address = IpAddress.of(InetAddress.ofLiteral(literal));

    assertEquals(text, address.toString());
    assertEquals(address, IpAddress.of(address.inetAddress()));
  }

  @Test
  void compareTo_ordersIpv4BeforeIpv6AndBytesAsUnsigned() {
    List<String> ascending =
        List.of("0.0.0.1", "10.0.0.2", "10.0.0.10", "200.0.0.1", "::", "fe80::");

    assertEquals(
        ascending,
        ascending.reversed().stream()
            .map(literal -> IpAddress.of(InetAddress.ofLiteral(literal)))
            .sorted()
            .map(IpAddress::toString)
            .toList());
  }

  @Test
  void of_fiveBytes_throwsIllegalArgument() {
    assertThrows(IllegalArgumentException.class, () -> IpAddress.of(new byte[5]));
  }

  @ParameterizedTest
  @CsvSource({"aabbccddeeff, aa:bb:cc:dd:ee:ff", "01, 01", "'', ''"})
  void toString_ofHardwareAddress(String digits, String text) {
    var address = HardwareAddress.of(HexFormat.of().parseHex(digits));

    assertEquals(text, address.toString());
    assertEquals(address, HardwareAddress.of(address.bytes()));
  }
}
