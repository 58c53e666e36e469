package io.dropwatch.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {
  @ParameterizedTest
  @CsvSource({
    "0, unknown",
    "1, ESTABLISHED",
    "2, SYN_SENT",
    "3, SYN_RECV",
    "4, FIN_WAIT1",
    "5, FIN_WAIT2",
    "6, TIME_WAIT",
    "7, CLOSE",
    "8, CLOSE_WAIT",
    "9, LAST_ACK",
    "10, LISTEN",
    "11, CLOSING",
    "12, NEW_SYN_RECV",
    "13, UNKNOWN(13)",
    "255, UNKNOWN(255)"
  })
  void socketStates(int value, String name) {
    assertEquals(name, new SocketState(value).toString());
  }

  @Property
  void socketState_ofItsName_isEqual(@ForAll @IntRange(max = 255) int value) {
    assertEquals(new SocketState(value), SocketState.of(new SocketState(value).name()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "established", "UNKNOWN(1)", "UNKNOWN()", "UNKNOWN(256)", "UNKNOWN("})
  void socketState_unknownName_throws(String name) {
    assertThrows(IllegalArgumentException.class, () -> SocketState.of(name));
  }

  @ParameterizedTest
  @CsvSource({
    "0, [unknown]",
    "0x1, '[linkstatus_adminup, linkstatus_carrierdown]'",
    "0x10001, '[linkstatus_adminup, linkstatus_carrierup]'",
    "0x10000, '[linkstatus_admindown, linkstatus_carrierup]'",
    "0x2, '[linkstatus_admindown, linkstatus_carrierdown]'"
  })
  void linkStatus(String flags, String status) {
    assertEquals(
        status, NetworkDevice.of("eth0", 2, Integer.decode(flags), 0).linkStatus().toString());
  }

  @ParameterizedTest
  @CsvSource({"2, 2", "65536, SUBSYSTEM_1_REASON_0", "-1, SUBSYSTEM_65535_REASON_65535"})
  void unnamed_number_isTheName(int value, String name) {
    assertEquals(name, DropReason.unnamed(value).toString());
    assertEquals("NOT_SUPPORTED", DropReason.NOT_SUPPORTED.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "tcp_v4_rcv, , tcp_v4_rcv, tcp_v4_rcv+0x1b3",
    "nft_do_chain, nf_tables, nft_do_chain, nft_do_chain+0x1b3 [nf_tables]",
    ", , 0xffffffff81000000, 0xffffffff81000000"
  })
  void stackFrames(String symbol, String module, String name, String text) {
    var frame = new StackFrame(0xffffffff81000000L, symbol, 0x1b3, module);

    assertEquals(name, frame.name());
    assertEquals(text, frame.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\n", "0x1", "\ud800", "\u2028"})
  void stackFrame_wrongName_throws(String symbol) {
    assertThrows(IllegalArgumentException.class, () -> new StackFrame(0, symbol, 0, null));
  }

  @Test
  void frames_calledTwice_looksUpOnce() {
    var lookups = new AtomicInteger();
    long[] addresses = {3, 1, 2};
    KernelStack stack =
        KernelStack.resolving(
            addresses,
            address -> {
              lookups.incrementAndGet();
              return new StackFrame(address, "f" + address, 0, null);
            });
    addresses[0] = 9;

    assertEquals(3, stack.depth());
    assertEquals(0, lookups.get());
    assertEquals("f3\nf1\nf2", stack.toString());
    assertEquals(KernelStack.of(stack.frames()), stack);
    assertEquals(KernelStack.of(stack.frames()).hashCode(), stack.hashCode());
    assertEquals(3, lookups.get());
    assertEquals("", KernelStack.EMPTY.toString());
  }

  @Test
  void statistics_sums_areOutcomes() {
    var statistics =
        DropStatistics.builder()
            .seen(54)
            .excluded(1)
            .filtered(2)
            .limited(3)
            .lostNoSpace(4)
            .lostNoRing(5)
            .lostOther(6)
            .noise("neigh_invalidate", 5)
            .noiseInKernel("no_socket", 10)
            .noise("close_wait", 0)
            .noise("mine", 2)
            .queueOverflow(8)
            .lostInRing(1)
            .delivered(5)
            .inFlight(2)
            .recursionMisses(9)
            .ownerFailures(4)
            .build();

    assertEquals(7, statistics.noise());
    assertEquals(10, statistics.noiseInKernel());
    assertEquals(
        List.of("neigh_invalidate", "no_socket", "close_wait", "mine"),
        List.copyOf(statistics.noiseByRule().keySet()));
    assertEquals(15, statistics.lost());
    assertEquals(23, statistics.emitted());
    assertEquals(
        "seen=54 excluded=1 filtered=2 limited=3 lost=15 emitted=23 delivered=5 no_space=4"
            + " no_ring=5 other_loss=6 noise_in_kernel=10 noise=7 noise[neigh_invalidate]=5"
            + " noise[no_socket]=10 noise[mine]=2 queue_overflow=8 lost_in_ring=1 in_flight=2 recursion_misses=9 owner_failures=4",
        statistics.toString());
    assertEquals(
        "seen=0 excluded=0 filtered=0 limited=0 lost=0 emitted=0 delivered=0",
        DropStatistics.NONE.toString());
  }

  @Test
  void build_numbersDoNotAddUp_throws() {
    var wrong = DropStatistics.builder().seen(16).excluded(1).filtered(2).lostNoSpace(4);
    String message =
        String.valueOf(assertThrows(IllegalArgumentException.class, wrong::build).getMessage());
    assertTrue(
        message.startsWith("seen is not the sum of its outcomes: seen=16 excluded=1"), message);
    assertTrue(message.endsWith(" no_space=4"), message);

    var negative = DropStatistics.builder().recursionMisses(-1);
    assertEquals(
        "recursion_misses must be 0 or more, was -1",
        assertThrows(IllegalArgumentException.class, negative::build).getMessage());
  }
}
