package io.dropwatch.pcapfilter.internal.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropwatch.pcapfilter.FilterOptions;
import io.dropwatch.pcapfilter.internal.ast.Parser;
import io.dropwatch.pcapfilter.internal.check.Checker;
import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import io.dropwatch.pcapfilter.internal.token.Lexer;
import org.junit.jupiter.api.Test;

/** Decision graphs before and after optimization. */
class GraphTest {
  @Test
  void lower_keepsEveryComparison() {
    assertEquals(
        """
        0: if [12:2] == 0x800 then 1 else 2
        1: if [23:1] == 6 then accept else 2
        2: if [12:2] == 0x86dd then 3 else reject
        3: if [20:1] == 6 then accept else 4
        4: if [20:1] == 44 then 5 else reject
        5: if [54:1] == 6 then accept else reject
        """,
        GraphText.print(lowered("tcp")));
  }

  @Test
  void thread_removesBranchesThatThePathHasDecided() {
    assertEquals(
        """
        0: if [12:2] == 0x800 then 5 else 1
        1: if [12:2] == 0x86dd then 2 else reject
        2: if [20:1] == 6 then accept else 3
        3: if [20:1] == 44 then 4 else reject
        4: if [54:1] == 6 then accept else reject
        5: if [23:1] == 6 then accept else reject
        """,
        GraphText.print(JumpThreading.thread(lowered("tcp"))));
  }

  @Test
  void thread_contradiction_isRejected() {
    assertEquals("reject\n", GraphText.print(JumpThreading.thread(lowered("ip and arp"))));
  }

  @Test
  void thread_readThatMayReject_isKept() {
    assertEquals(
        "0: if [12:2] == 0x800 then accept else accept\n",
        GraphText.print(JumpThreading.thread(lowered("ip or not ip"))));
  }

  @Test
  void combine_adjacentFields_areOneLoad() {
    assertEquals(
        """
        0: if [12:2] == 0x800 then 1 else reject
        1: if ([20:4] & 0x1fff00ff) == 1 then 2 else reject
        2: if [(([14:1] & 15) << 2) + 14:1] == 8 then accept else reject
        """,
        GraphText.print(
            LoadCombining.combine(JumpThreading.thread(lowered("icmp[icmptype] = icmp-echo")))));
  }

  @Test
  void thread_variableWithKnownValue_isReplaced() {
    String graph = GraphText.print(JumpThreading.thread(lowered("geneve and ip")));
    assertEquals(
        "",
        graph.lines().filter(line -> line.contains(":= 62")).findAny().orElse(""),
        "no assignment of the constant is left");
  }

  private static Graph lowered(String expression) {
    return Lowering.lower(
        Checker.check(
            Parser.parse(Lexer.tokens(expression)), PacketView.ETHERNET, FilterOptions.DEFAULT));
  }
}
