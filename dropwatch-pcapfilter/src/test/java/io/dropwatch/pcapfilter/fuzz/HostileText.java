package io.dropwatch.pcapfilter.fuzz;

import java.util.List;
import java.util.Random;

/** Random text: nonsense, words of the language in any order, and good expressions damaged. */
final class HostileText {
  private static final String[] WORDS =
      ("ip ip6 arp rarp tcp udp sctp icmp icmp6 igmp pim vrrp carp ah esp ether link host net mask"
              + " port portrange src dst and or not && || ! ( ) [ ] : , = == != < > <= >= + - * / %"
              + " & | ^ << >> proto protochain \\tcp \\udp \\icmp6 broadcast multicast less greater"
              + " len length byte vlan mpls pppoed pppoes geneve vxlan llc iso stp isis inbound"
              + " outbound ifindex ifname gateway wlan type subtype dir addr1 vpi vci fisu decnet"
              + " aarp atalk tcpflags tcp-syn tcp-ack icmptype icmp-echo icmp6type icmp6-echo 0 1 5"
              + " 13 80 443 65535 65536 4294967295 4294967296 0x1f 0x 09 017 -1 10 10.1 10.0.0.1"
              + " 10.0.0.0/8 1.2.3.4.5 255.255.255.255 ::1 2001:db8::/32 ::/0 fe80:: :::"
              + " 00:11:22:33:44:55 00-11-22-33-44-55 0011.2233.4455 1-2 http http-https ssh foo $1f"
              + " tcp[ ip[0] ether[12:2] tcp[13:4] ip[2:2]")
          .split(" ");

  private static final int[] CHARACTERS = {
    0, 1, 7, 9, 10, 13, 27, 32, 34, 36, 37, 38, 39, 40, 41, 45, 47, 58, 60, 61, 62, 91, 92, 93, 94,
    124, 126, 127, 0x80, 0xa0, 0xe9, 0x2028, 0x202e, 0x3000, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xfeff,
    0xfffd, 0xffff
  };

  private final Random random;
  private final List<String> seeds;

  HostileText(Random random, List<String> seeds) {
    this.random = random;
    this.seeds = seeds;
  }

  /** The next text. */
  String next() {
    return switch (random.nextInt(10)) {
      case 0 -> nonsense(1 + random.nextInt(40));
      case 1, 2, 3 -> words(1 + random.nextInt(12));
      case 4, 5 -> joined();
      default -> mutated(seed());
    };
  }

  private String seed() {
    return seeds.get(random.nextInt(seeds.size()));
  }

  private String joined() {
    String[] operators = {" and ", " or ", " and not ", "&&", " || !", " "};
    StringBuilder text = new StringBuilder(seed());
    for (int more = random.nextInt(3); more >= 0; more--) {
      text.append(operators[random.nextInt(operators.length)]);
      text.append(random.nextInt(4) > 0 ? seed() : mutated(seed()));
    }
    return text.toString();
  }

  private String nonsense(int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(character());
    }
    return text.toString();
  }

  private char character() {
    return switch (random.nextInt(8)) {
      case 0 -> (char) random.nextInt(0x10000);
      case 1, 2 -> (char) CHARACTERS[random.nextInt(CHARACTERS.length)];
      default -> (char) (32 + random.nextInt(95));
    };
  }

  private String words(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(word()).append(random.nextInt(6) == 0 ? "" : " ");
    }
    return text.toString();
  }

  private String word() {
    return WORDS[random.nextInt(WORDS.length)];
  }

  private String mutated(String expression) {
    StringBuilder text = new StringBuilder(expression);
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      int at = random.nextInt(text.length() + 1);
      int end = Math.min(text.length(), at + random.nextInt(6));
      switch (random.nextInt(7)) {
        case 0 -> text.delete(at, end);
        case 1 -> text.insert(at, character());
        case 2 -> text.insert(at, " " + word() + " ");
        case 3 -> text.replace(at, end, word());
        case 4 -> text.insert(at, text.substring(at, end));
        case 5 -> digit(text, at);
        default -> text.insert(at, random.nextBoolean() ? "(" : ")");
      }
    }
    return text.toString();
  }

  private void digit(StringBuilder text, int at) {
    for (int i = at; i < text.length(); i++) {
      if (Character.isDigit(text.charAt(i))) {
        text.setCharAt(i, (char) ('0' + random.nextInt(10)));
        return;
      }
    }
  }
}
