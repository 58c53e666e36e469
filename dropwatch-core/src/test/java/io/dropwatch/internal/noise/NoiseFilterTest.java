package io.dropwatch.internal.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.model.DropWarning;
import io.dropwatch.model.KernelStack;
import io.dropwatch.model.NoiseRule;
import io.dropwatch.model.SocketState;
import io.dropwatch.model.StackFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NoiseFilterTest {
  private static final KernelStack STACK =
      KernelStack.of(
          List.of(
              new StackFrame(0x10, "skb_rbtree_purge", 123, null),
              new StackFrame(0x20, "tcp_fin", 70, null),
              new StackFrame(0x30, "nf_hook", 5, "nf_tables"),
              StackFrame.unknown(0xffff0000L)));

  /** Each default rule is equivalent to a pattern on its function. */
  @ParameterizedTest
  @CsvSource({
    "close_wait,       skb_rbtree_purge, CLOSE_WAIT",
    "neigh_invalidate, neigh_invalidate, unknown",
    "bnxt_tx_int,      bnxt_tx_int,      unknown"
  })
  void defaultRules_equalAPatternOnTheFunction(String name, String function, String state) {
    NoiseRule rule =
        NoiseRule.DEFAULTS.stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow();
    SocketState socketState = state.equals("unknown") ? null : SocketState.of(state);
    DropEvent event = event(stackOf("kfree_skb", function), state);

    assertEquals(new NoiseRule.Frame(name, function, socketState), rule);
    assertTrue(isNoise(NoiseFilter.of(List.of(rule)), event));
    assertTrue(
        isNoise(NoiseFilter.of(List.of(new NoiseRule.Pattern(name, function + "/"))), event));
  }

  @ParameterizedTest
  @CsvSource({
    "skb_rbtree_purge,        CLOSE_WAIT,  true",
    "skb_rbtree_purge,        ESTABLISHED, false",
    "skb_rbtree_purge.cold,   CLOSE_WAIT,  true",
    "skb_rbtree_purge_more,   CLOSE_WAIT,  false",
    "neigh_invalidate,        unknown,     true",
    "neigh_invalidate.isra.0, ESTABLISHED, true",
    "my_neigh_invalidate,     ESTABLISHED, false",
    "bnxt_tx_int,             CLOSE,       true",
    "kfree_skb_reason,        CLOSE_WAIT,  false"
  })
  void defaultRules_matchFunctionAndState(String function, String state, boolean noise) {
    NoiseFilter filter = NoiseFilter.of(NoiseRule.DEFAULTS);
    DropEvent event = event(stackOf("kfree_skb_list", function, "do_softirq"), state);
    assertEquals(noise, isNoise(filter, event));
    assertEquals(noise, isNoise(filter, event), "from the cache");
  }

  @Test
  void ruleOf_neighInvalidateHidesLosses_warnsOnce() {
    List<DropWarning.Code> warnings = new ArrayList<>();
    NoiseFilter filter =
        NoiseFilter.of(NoiseRule.DEFAULTS, warning -> warnings.add(warning.code()));

    assertTrue(isNoise(filter, event(STACK, "CLOSE_WAIT")));
    assertEquals(List.of(), warnings);
    for (int i = 0; i < 3; i++) {
      assertTrue(isNoise(filter, event(stackOf("kfree_skb", "neigh_invalidate"), "unknown")));
    }
    assertEquals(List.of(DropWarning.Code.HIDDEN_LOSS), warnings);
  }

  @Test
  void ruleOf_sameStackInOtherState() {
    NoiseFilter filter = NoiseFilter.of(NoiseRule.DEFAULTS);
    assertTrue(isNoise(filter, event(STACK, "CLOSE_WAIT")));
    assertFalse(isNoise(filter, event(STACK, "ESTABLISHED")));
    assertTrue(isNoise(filter, event(STACK, "CLOSE_WAIT")));
  }

  @Test
  void ruleOf_withoutTheRule_isNoRule() {
    NoiseFilter other = NoiseFilter.of(List.of(NoiseRule.NEIGH_INVALIDATE));
    assertFalse(isNoise(other, event(STACK, "CLOSE_WAIT")));
    assertFalse(isNoise(NoiseFilter.NONE, event(STACK, "CLOSE_WAIT")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "skb_rbtree_purge;                   true",
        "skb_rbtree_purge/;                  true",
        "rbtree_purge;                       true",
        "tcp_fin/\\+70 \\[kernel\\];         true",
        "nf_hook/.*\\[nf_tables\\];          true",
        "(?m)^tcp_fin$;                      true",
        "skb_rbtree_purge\\ntcp_fin;         true",
        "(?s)purge.*nf_hook;                 true",
        "0xffff0000;                         true",
        "tcp_fin\\nskb_rbtree_purge;         false",
        "^tcp_fin;                           false",
        "purge.*nf_hook;                     false",
        "tcp_v4_rcv/;                        false"
      })
  void pattern_isSearchedWithAndWithoutOffsets(String pattern, boolean noise) {
    NoiseFilter filter = NoiseFilter.of(List.of(new NoiseRule.Pattern("p", pattern)));
    assertEquals(noise, isNoise(filter, event(STACK, "ESTABLISHED")));
  }

  /** A backtracking matcher needs 2^n steps for this one. */
  @Test
  void pattern_takesLinearTime() {
    String function = "a".repeat(5000);
    NoiseFilter filter = NoiseFilter.of(List.of(new NoiseRule.Pattern("p", "(a+)+b")));
    assertFalse(isNoise(filter, event(stackOf(function), "CLOSE")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "(;    noise rule 'p': '(' is not an RE2 pattern: error parsing regexp: missing closing ):"
            + " `(`",
        "(a)\\1; noise rule 'p': '(a)\\1' is not an RE2 pattern: error parsing regexp: invalid"
            + " escape sequence: `\\1`"
      })
  void of_invalidPattern_throws(String pattern, String message) {
    IllegalArgumentException failure =
        assertThrows(
            IllegalArgumentException.class,
            () -> NoiseFilter.of(List.of(new NoiseRule.Pattern("p", pattern))));
    assertEquals(message, failure.getMessage());
  }

  @Test
  void of_sameNameTwice_throws() {
    IllegalArgumentException failure =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                NoiseFilter.of(
                    List.of(
                        NoiseRule.BNXT_TX_INT, new NoiseRule.Frame("bnxt_tx_int", "other", null))));
    assertEquals(
        "two noise rules have the name 'bnxt_tx_int': use different names", failure.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new NoiseRule.Pattern(" ", "x"));
  }

  /** Rules that the probe applies count in the index. */
  @Test
  void ruleOf_isTheFirstMatch() {
    NoiseFilter filter =
        NoiseFilter.of(
            List.of(
                NoiseRule.BNXT_TX_INT,
                new NoiseRule.Reason("r", "NO_SOCKET"),
                NoiseRule.CLOSE_WAIT,
                new NoiseRule.Frame("fin", "tcp_fin", null),
                new NoiseRule.Pattern("any", ".")));
    assertEquals(List.of("bnxt_tx_int", "r", "close_wait", "fin", "any"), filter.names());
    assertEquals(2, filter.ruleOf(event(STACK, "CLOSE_WAIT")));
    assertEquals(3, filter.ruleOf(event(STACK, "ESTABLISHED")));
    assertEquals(4, filter.ruleOf(event(stackOf("kfree_skb"), "CLOSE_WAIT")));
    assertEquals(NoiseFilter.NO_RULE, filter.ruleOf(event(stackOf(), "CLOSE_WAIT")));
  }

  @Test
  void ruleOf_knownStack_resolvesNoSymbols() {
    AtomicInteger lookups = new AtomicInteger();
    NoiseFilter filter = NoiseFilter.of(NoiseRule.DEFAULTS);
    KernelStack stack =
        KernelStack.resolving(
            new long[] {1, 2, 3},
            address -> {
              lookups.incrementAndGet();
              return new StackFrame(address, "f" + address, 0, null);
            });
    for (int i = 0; i < 100; i++) {
      assertFalse(isNoise(filter, event(stack, "CLOSE")));
    }
    assertEquals(3, lookups.get());
  }

  /** After other code was loaded, or in a recording of another boot. */
  @Test
  void ruleOf_sameAddressesOfOtherFunctions() {
    NoiseFilter filter = NoiseFilter.of(NoiseRule.DEFAULTS);
    for (String function : List.of("bnxt_tx_int", "mlx5e_rx", "bnxt_tx_int", "e1000_rx")) {
      KernelStack stack =
          KernelStack.resolving(
              new long[] {1, 2}, address -> new StackFrame(address, function, 0, "driver"));
      assertEquals(function.startsWith("bnxt"), isNoise(filter, event(stack, "CLOSE")), function);
    }
  }

  private static KernelStack stackOf(String... functions) {
    return KernelStack.of(
        Stream.of(functions)
            .map(function -> new StackFrame(function.hashCode(), function, 8, null))
            .toList());
  }

  private static boolean isNoise(NoiseFilter filter, DropEvent event) {
    return filter.ruleOf(event) != NoiseFilter.NO_RULE;
  }

  private static DropEvent event(KernelStack stack, String state) {
    return DropEvent.builder().stack(stack).socketState(SocketState.of(state)).build();
  }
}
