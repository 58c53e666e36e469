package io.dropwatch.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropwatch.model.DropWarning;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Exceptions of the application's handlers do not reach the reader. */
class GuardsTest {
  @Test
  void accept_handlerThrows_logsWarningAndException() {
    List<String> logged = new ArrayList<>();
    var warning =
        new WarningHandler(
            _ -> {
              throw new StackOverflowError("deep");
            },
            logged::add);
    warning.of(DropWarning.Code.SYMBOLS_HIDDEN).accept("symbols are hidden");

    assertEquals(
        List.of(
            "symbols are hidden (the handler of warnings failed: java.lang.StackOverflowError:"
                + " deep)"),
        logged);
  }

  @Test
  void accept_handlerReturns_logsNothing() {
    List<DropWarning> received = new ArrayList<>();
    List<String> logged = new ArrayList<>();
    DropWarning warning = DropWarning.of(DropWarning.Code.SYMBOLS_HIDDEN, "symbols are hidden");
    new WarningHandler(received::add, logged::add).accept(warning);

    assertEquals(List.of(warning), received);
    assertEquals(List.of(), logged);
  }
}
