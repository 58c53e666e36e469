package io.dropwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropReason.Nature;
import io.dropwatch.bpf.KernelBtf;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DropReasonTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SKB_DROP_REASON_NO_SOCKET    | LOSS    | Nothing listens on the packet's destination address and port, so it has no receiver.
          SKB_DROP_REASON_TCP_OLD_DATA | NORMAL  | The data was received before: a retransmission that turned out to be unnecessary.
          SKB_DROP_REASON_NOT_SPECIFIED| UNKNOWN | The kernel code that dropped the packet gives no reason: the location and the stack tell where it was.
          """)
  void explanations(String name, Nature nature, String explanation) {
    var reason = new DropReason(0, name);

    assertEquals(nature, reason.nature());
    assertEquals(explanation, reason.explanation());
  }

  @Test
  void whatIsNotKnownIsNotExplained() {
    assertNull(DropReason.unnamed(77).explanation());
    assertNull(DropReason.NOT_SUPPORTED.explanation());
    assertEquals(Nature.UNKNOWN, DropReason.NOT_SUPPORTED.nature());
  }

  @Test
  void everyCoreReasonOfTheRunningKernelIsExplained() {
    List<String> unexplained =
        KernelBtf.load().enumValues("skb_drop_reason").values().stream()
            .filter(name -> name.startsWith("SKB_DROP_REASON_"))
            .filter(name -> !name.contains("_SUBSYS_") && !name.endsWith("_MAX"))
            .filter(name -> new DropReason(0, name).explanation() == null)
            .toList();

    assertTrue(unexplained.isEmpty() || isNewerThanTheTable(), unexplained::toString);
  }

  private static boolean isNewerThanTheTable() {
    Matcher version =
        Pattern.compile("(\\d+)\\.(\\d+)").matcher(System.getProperty("os.version", ""));
    return version.find()
        && 1000 * Integer.parseInt(version.group(1)) + Integer.parseInt(version.group(2)) > 6018;
  }
}
