package io.dropwatch.layers;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names of ICMP and ICMPv6 types and codes (IANA registries), as HUATUO spells them. */
final class IcmpText {
  private record Meaning(String name, List<String> codes) {}

  private static final Map<Integer, Meaning> V4 =
      Map.ofEntries(
          type(0, "EchoReply"),
          type(
              3,
              "DestinationUnreachable",
              "Net",
              "Host",
              "Protocol",
              "Port",
              "FragmentationNeeded",
              "SourceRoutingFailed",
              "NetUnknown",
              "HostUnknown",
              "SourceIsolated",
              "NetAdminProhibited",
              "HostAdminProhibited",
              "NetTOS",
              "HostTOS",
              "CommAdminProhibited",
              "HostPrecedence",
              "PrecedenceCutoff"),
          type(4, "SourceQuench"),
          type(5, "Redirect", "Net", "Host", "TOS+Net", "TOS+Host"),
          type(8, "EchoRequest"),
          type(9, "RouterAdvertisement"),
          type(10, "RouterSolicitation"),
          type(11, "TimeExceeded", "TTLExceeded", "FragmentReassemblyTimeExceeded"),
          type(12, "ParameterProblem", "PointerIndicatesError", "MissingOption", "BadLength"),
          type(13, "TimestampRequest"),
          type(14, "TimestampReply"),
          type(15, "InfoRequest"),
          type(16, "InfoReply"),
          type(17, "AddressMaskRequest"),
          type(18, "AddressMaskReply"));

  private static final Map<Integer, Meaning> V6 =
      Map.ofEntries(
          type(
              1,
              "DestinationUnreachable",
              "NoRouteToDst",
              "AdminProhibited",
              "BeyondScopeOfSrc",
              "AddressUnreachable",
              "PortUnreachable",
              "SrcAddressFailedPolicy",
              "RejectRouteToDst"),
          type(2, "PacketTooBig"),
          type(3, "TimeExceeded", "HopLimitExceeded", "FragmentReassemblyTimeExceeded"),
          type(
              4,
              "ParameterProblem",
              "ErroneousHeaderField",
              "UnrecognizedNextHeader",
              "UnrecognizedIPv6Option"),
          type(128, "EchoRequest"),
          type(129, "EchoReply"),
          type(133, "RouterSolicitation"),
          type(134, "RouterAdvertisement"),
          type(135, "NeighborSolicitation"),
          type(136, "NeighborAdvertisement"),
          type(137, "Redirect"));

  private IcmpText() {}

  static String of(int version, int type, int code) {
    @Nullable Meaning meaning = (version == 6 ? V6 : V4).get(type);
    if (meaning == null) {
      return type + "(" + code + ")";
    }
    if (code < meaning.codes.size()) {
      return meaning.name + "(" + meaning.codes.get(code) + ")";
    }
    return meaning.codes.isEmpty() && code == 0
        ? meaning.name
        : meaning.name + "(Code: " + code + ")";
  }

  // Codes are numbered from 0 in the order given.
  private static Map.Entry<Integer, Meaning> type(int number, String name, String... codes) {
    return Map.entry(number, new Meaning(name, List.of(codes)));
  }
}
