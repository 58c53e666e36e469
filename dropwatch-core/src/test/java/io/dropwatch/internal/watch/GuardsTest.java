package io.dropwatch.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.dropwatch.model.DropWarning;
import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Exceptions of the application's handlers and resolvers do not reach the reader. */
class GuardsTest {
  private static final OwnerQuery QUERY =
      OwnerQuery.builder().networkNamespace(NetworkNamespace.of(1, 2)).pid(3).build();

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

  @Test
  void resolve_resolverThrows_ownerIsUnknownAndFailureIsCounted() {
    List<Throwable> failures = new ArrayList<>();
    AtomicInteger asked = new AtomicInteger();
    var error = new StackOverflowError();
    var resolver =
        new GuardedResolver(
            _ -> {
              asked.incrementAndGet();
              throw error;
            },
            Failures.ofResolver(failures::add));

    assertEquals(Owner.UNKNOWN, resolver.resolve(QUERY));
    assertEquals(Owner.UNKNOWN, resolver.resolve(QUERY));
    assertEquals(2, asked.get());
    assertEquals(2, failures.size());
    assertSame(error, failures.getFirst());
    assertEquals(2, resolver.failed());
  }
}
