package io.dropwatch.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.internal.owner.ResolverThread;
import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Events between the ring and the listener, while their owners are looked up. */
@Timeout(30)
class OwnerStageTest {
  private static final Owner OWNER = Owner.of(null, "/web.slice", null, null);

  private final List<Throwable> errors = new ArrayList<>();
  private final CountDownLatch go = new CountDownLatch(1);

  private static DropEvent event(int pid) {
    return DropEvent.builder().pid(pid).build();
  }

  private static OwnerQuery query(int pid) {
    return OwnerQuery.builder().networkNamespace(NetworkNamespace.of(1, 1)).pid(pid).build();
  }

  /** Answers after {@link #go}, but queries of an odd process at once. */
  private OwnerStage stage() {
    ResolverThread lookup =
        new ResolverThread(
            query -> {
              if (query.pid() % 2 == 0) {
                await();
              }
              if (query.pid() == 7) {
                throw new IllegalStateException("seven");
              }
              return OWNER;
            });
    return new OwnerStage(lookup, Failures.ofResolver(errors::add));
  }

  private void await() {
    try {
      go.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<DropEvent> takeAll(OwnerStage stage) {
    List<DropEvent> taken = new ArrayList<>();
    while (stage.isHolding()) {
      DropEvent event = stage.takeReady();
      if (event == null) {
        Thread.onSpinWait();
      } else {
        taken.add(event);
      }
    }
    stage.close();
    return taken;
  }

  @Test
  void takeReady_eventsKeepTheOrderOfTheRing() {
    OwnerStage stage = stage();
    stage.hold(event(1), query(1));
    stage.hold(event(2), null);
    stage.hold(event(3), query(3));

    List<DropEvent> taken = takeAll(stage);
    assertEquals(List.of(1, 2, 3), taken.stream().map(DropEvent::pid).toList());
    assertEquals(
        List.of(OWNER, Owner.UNKNOWN, OWNER), taken.stream().map(DropEvent::owner).toList());
  }

  @Test
  void takeReady_lookupThatTakesTooLong_isNotAwaited() {
    OwnerStage stage = stage();
    long begin = System.nanoTime();
    stage.hold(event(2), query(2));
    stage.hold(event(4), null);
    assertNull(stage.takeReady(), "not yet");

    List<DropEvent> taken = takeAll(stage);
    assertTrue(System.nanoTime() - begin >= OwnerStage.MAX_WAIT_NANOS);
    assertEquals(List.of(2, 4), taken.stream().map(DropEvent::pid).toList());
    assertEquals(Owner.UNKNOWN, taken.getFirst().owner());
    go.countDown();
  }

  @Test
  void takeReady_moreThanMayBeHeld_theFirstGoes() {
    OwnerStage stage = stage();
    stage.hold(event(2), query(2));
    // In any order of time: beyond the limit the first is ready, whatever the clock says.
    for (int i = 0; i < OwnerStage.MAX_HELD; i++) {
      stage.hold(event(4), query(4));
    }
    DropEvent first = stage.takeReady();
    assertEquals(event(2), first);

    go.countDown();
    assertEquals(OwnerStage.MAX_HELD, takeAll(stage).size());
  }

  @Test
  void takeReady_resolverFailed_countsAndReports() {
    OwnerStage stage = stage();
    stage.hold(event(7), query(7));

    assertEquals(List.of(event(7)), takeAll(stage));
    assertEquals(1, stage.failed());
    assertEquals("seven", errors.getFirst().getMessage());
  }
}
