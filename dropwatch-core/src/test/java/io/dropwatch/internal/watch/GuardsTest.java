package io.dropwatch.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What an application's code throws stays where it is. */
class GuardsTest {
  private static final OwnerQuery QUERY =
      OwnerQuery.builder().networkNamespace(new NetworkNamespace(1, 2)).pid(3).build();

  @Test
  void whatAHandlerOfWarningsThrowsIsLoggedWithTheWarning() {
    List<String> logged = new ArrayList<>();
    var warning =
        new GuardedWarning(
            _ -> {
              throw new StackOverflowError("deep");
            },
            logged::add);
    warning.accept("symbols are hidden");

    assertEquals(
        List.of(
            "symbols are hidden (the handler of warnings failed: java.lang.StackOverflowError:"
                + " deep)"),
        logged);
  }

  @Test
  void aHandlerThatWorksIsAllThatHearsTheWarning() {
    List<String> told = new ArrayList<>();
    List<String> logged = new ArrayList<>();
    new GuardedWarning(told::add, logged::add).accept("symbols are hidden");

    assertEquals(List.of("symbols are hidden"), told);
    assertEquals(List.of(), logged);
  }

  @Test
  void whatAResolverThrowsCostsTheOwnerAndNotTheEvent() {
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
