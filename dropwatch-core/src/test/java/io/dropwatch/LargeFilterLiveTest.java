package io.dropwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dropwatch.model.FailureCode;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@link DropSelection#compileFilter} and {@code start()} accept and refuse the same filters: what
 * has room in the slot passes the verifier.
 */
@Tag("live")
class LargeFilterLiveTest {
  private static final Random RANDOM = new Random(1);

  static Stream<Arguments> accepted() {
    return Stream.of(
        Arguments.of("1,000 hosts", list(1000, "host ", _ -> address(RANDOM.nextInt()))),
        Arguments.of("7,500 hosts", list(7500, "host ", _ -> address(RANDOM.nextInt()))),
        Arguments.of("1,000 networks", list(1000, "net ", _ -> network())),
        Arguments.of("1,000 ports", list(1000, "port ", _ -> "" + RANDOM.nextInt(65_536))),
        Arguments.of("4,000 ports", list(4000, "port ", _ -> "" + RANDOM.nextInt(65_536))),
        Arguments.of("500 IPv6 hosts", list(500, "host ", _ -> "2001:db8::" + hex() + ":" + hex())),
        Arguments.of("2,200 terms", list(2200, "host 10.0.", i -> i / 250 + "." + i % 250)),
        Arguments.of("5 protochain", list(5, "protochain ", i -> "" + (i + 1))),
        Arguments.of("38 protochain", list(38, "protochain ", i -> "" + (i + 1))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("accepted")
  void filterWithRoomInTheProbe_isCheckedAndStarted(String name, String expression) {
    DropSelection selection = DropSelection.builder().filter(expression).build();
    assertNotNull(selection.compileFilter(), name);
    DropWatcher.builder().selection(selection).onEvent(_ -> {}).start().close();
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of("9,000 hosts", list(9000, "host ", _ -> address(RANDOM.nextInt()))),
        Arguments.of("1,000 IPv6 hosts", list(1000, "host ", i -> "2001:db8:" + (i + 1) + "::1")),
        Arguments.of("45 protochain", list(45, "protochain ", i -> "" + (i + 1))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void filterWithoutRoom_isRefusedByBothWithOneMessage(String name, String expression) {
    DropSelection selection = DropSelection.builder().filter(expression).build();
    DropWatchException checked =
        assertThrows(DropWatchException.class, selection::compileFilter, name);
    DropWatcherBuilder builder = DropWatcher.builder().selection(selection).onEvent(_ -> {});
    DropWatchException started = assertThrows(DropWatchException.class, builder::start, name);
    assertEquals(FailureCode.FILTER_TOO_LARGE, checked.code());
    assertEquals(checked.getMessage(), started.getMessage());
  }

  private static String list(int count, String before, IntFunction<String> value) {
    return IntStream.range(0, count)
        .mapToObj(i -> before + value.apply(i))
        .collect(Collectors.joining(" or "));
  }

  private static String network() {
    int prefix = 12 + RANDOM.nextInt(17);
    return address(RANDOM.nextInt() & (-1 << (32 - prefix))) + "/" + prefix;
  }

  private static String address(int address) {
    return "%d.%d.%d.%d"
        .formatted(address >>> 24, (address >>> 16) & 0xff, (address >>> 8) & 0xff, address & 0xff);
  }

  private static String hex() {
    return Integer.toHexString(1 + RANDOM.nextInt(0xffff));
  }
}
