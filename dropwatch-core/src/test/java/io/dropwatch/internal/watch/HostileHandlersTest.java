package io.dropwatch.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.dropwatch.DropEvent;
import io.dropwatch.internal.noise.NoiseFilter;
import io.dropwatch.internal.owner.ResolverThread;
import io.dropwatch.internal.record.RecordDecoder;
import io.dropwatch.internal.record.WallClock;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.DropWarning;
import io.dropwatch.model.Overflow;
import io.dropwatch.model.ProbeInfo;
import io.dropwatch.model.RingKind;
import io.dropwatch.model.StackFrame;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever every callback of the application throws: all events are delivered and counted. */
@Timeout(60)
class HostileHandlersTest {
  private static final int EVENTS = 1000;

  /** Also nothing can be said about it: a logger that prints it throws, too. */
  @SuppressWarnings("serial")
  private static final class Unprintable extends RuntimeException {
    @Override
    public String toString() {
      throw new AssertionError("toString");
    }

    @Override
    public String getMessage() {
      throw new AssertionError("getMessage");
    }

    @Override
    public void printStackTrace(PrintWriter out) {
      throw new AssertionError("printStackTrace");
    }

    @Override
    public void printStackTrace(PrintStream out) {
      throw new AssertionError("printStackTrace");
    }
  }

  private static final List<Supplier<Throwable>> FAILURES =
      List.of(
          () -> new IllegalStateException("exception"),
          () -> new IOException("checked"),
          () -> new StackOverflowError("deep"),
          () -> new OutOfMemoryError("full"),
          () -> new AssertionError("assertion"),
          Unprintable::new);

  private enum Listener {
    DIRECT,
    QUEUED,
    RAW
  }

  static Stream<Arguments> failures() {
    return FAILURES.stream()
        .flatMap(
            failure ->
                Stream.of(Listener.values())
                    .flatMap(
                        listener ->
                            Stream.of(true, false)
                                .map(handled -> arguments(failure, listener, handled))));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void watch_everyCallbackThrows_deliversAndCountsAll(
      Supplier<Throwable> failure, Listener kind, boolean handled) {
    FakeProbe tap = new FakeProbe();
    AtomicInteger heard = new AtomicInteger();
    AtomicInteger errors = new AtomicInteger();
    Consumer<Throwable> onError =
        e -> {
          errors.incrementAndGet();
          throw thrown(failure);
        };
    Watch watch = start(tap, mode(kind, heard, failure), handled ? onError : null, failure);
    tap.drop(EVENTS);
    tap.malformed();
    watch.close();

    DropStatistics account = watch.statistics();
    assertEquals(EVENTS, heard.get());
    assertEquals(EVENTS, account.delivered(), account::toString);
    assertEquals(1, account.lostInRing(), account::toString);
    assertNull(watch.failure());
    assertTrue(tap.closed);
    assertTrue(!handled || errors.get() > EVENTS, () -> "" + errors);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void warning_handlerThrows_reachesNobody(
      Supplier<Throwable> failure, Listener unused, boolean handled) {
    new WarningHandler(
            handled
                ? _ -> {
                  throw thrown(failure);
                }
                : null)
        .of(DropWarning.Code.SYMBOLS_HIDDEN)
        .accept("symbols are hidden");
  }

  private static DeliveryMode mode(
      Listener kind, AtomicInteger heard, Supplier<Throwable> failure) {
    Consumer<DropEvent> listener =
        _ -> {
          heard.incrementAndGet();
          throw thrown(failure);
        };
    return switch (kind) {
      case DIRECT -> new DeliveryMode.Events(listener, null);
      case QUEUED -> new DeliveryMode.Events(listener, new DeliveryMode.Queue(16, Overflow.BLOCK));
      case RAW ->
          new DeliveryMode.Raw(
              _ -> {
                heard.incrementAndGet();
                throw thrown(failure);
              });
    };
  }

  private static Watch start(
      FakeProbe tap,
      DeliveryMode mode,
      @Nullable Consumer<Throwable> onError,
      Supplier<Throwable> failure) {
    WallClock clock = new WallClock();
    Failures failures = Failures.ofListener(onError);
    Ending ending = new Ending(CloseTimeouts.DEFAULT);
    OwnerStage owners =
        new OwnerStage(
            new ResolverThread(
                _ -> {
                  throw thrown(failure);
                }),
            Failures.ofResolver(onError));
    RecordDecoder decoder =
        new RecordDecoder(clock, DropReason::unnamed, time -> StackFrame::unknown, 127);
    Watch watch =
        new Watch(
            tap,
            ProbeInfo.of(RingKind.BPF, 4096, false, null),
            clock,
            new Delivery(decoder, clock, NoiseFilter.NONE, owners, mode, failures, ending),
            failures,
            Duration.ofMillis(20),
            ending);
    watch.start();
    return watch;
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> RuntimeException thrown(Supplier<Throwable> failure)
      throws E {
    throw (E) failure.get();
  }
}
