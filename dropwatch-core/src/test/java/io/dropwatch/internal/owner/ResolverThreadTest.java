package io.dropwatch.internal.owner;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.internal.owner.OwnerLookup.Answer;
import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerQuery;
import io.dropwatch.model.OwnerResolver;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A resolver of the application: where it is called, and what it throws. */
@Timeout(30)
class ResolverThreadTest {
  private static final OwnerQuery QUERY =
      OwnerQuery.builder().networkNamespace(NetworkNamespace.of(1, 2)).pid(3).build();
  private static final Owner POD = Owner.of(null, null, null, "pod-7");

  private static Answer answer(ResolverThread resolver) {
    Answer answer = resolver.ask(QUERY);
    while (!answer.isReady()) {
      Thread.onSpinWait();
    }
    return answer;
  }

  @Test
  void ask_callsTheResolverOnAnotherThread() {
    AtomicReference<Thread> caller = new AtomicReference<>();
    ResolverThread resolver =
        new ResolverThread(
            query -> {
              assertEquals(QUERY, query);
              caller.set(Thread.currentThread());
              return POD;
            });

    assertNull(resolver.known(QUERY), "each event is asked for");
    assertEquals(POD, answer(resolver).owner());
    assertNotSame(Thread.currentThread(), caller.get());
    assertSame(resolver.thread(), caller.get());
    resolver.close();
  }

  @Test
  void ask_resolverThrows_isAFailureAndTheNextIsAsked() {
    var error = new StackOverflowError();
    AtomicReference<OwnerResolver> next =
        new AtomicReference<>(
            _ -> {
              Thread.currentThread().interrupt();
              throw error;
            });
    ResolverThread resolver = new ResolverThread(query -> next.get().resolve(query));

    assertSame(error, answer(resolver).failure());
    assertEquals(Owner.UNKNOWN, answer(resolver).owner());
    next.set(_ -> nothing());
    assertInstanceOf(NullPointerException.class, answer(resolver).failure());
    next.set(_ -> POD);
    assertNull(answer(resolver).failure());
    assertEquals(POD, answer(resolver).owner());
    resolver.close();
  }

  @SuppressWarnings({"NullAway", "DataFlowIssue"}) // as an application without nullness checks
  private static Owner nothing() {
    return null;
  }

  @Test
  void ask_moreThanMayWait_isUnknownAtOnce() throws InterruptedException {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    ResolverThread resolver =
        new ResolverThread(
            _ -> {
              entered.countDown();
              await(go);
              return POD;
            });
    Answer first = resolver.ask(QUERY);
    entered.await();
    Answer last = first;
    for (int i = 0; i < ResolverThread.MAX_WAITING; i++) {
      last = resolver.ask(QUERY);
    }
    assertFalse(first.isReady() || last.isReady());
    Answer tooMany = resolver.ask(QUERY);
    assertTrue(tooMany.isReady());
    assertEquals(Owner.UNKNOWN, tooMany.owner());

    go.countDown();
    while (!last.isReady()) {
      Thread.onSpinWait();
    }
    assertEquals(POD, last.owner());
    resolver.close();
    requireNonNull(resolver.thread()).join();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
