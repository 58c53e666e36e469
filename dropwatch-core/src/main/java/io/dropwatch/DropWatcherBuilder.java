package io.dropwatch;

import io.dropwatch.internal.watch.DeliveryMode;
import io.dropwatch.internal.watch.Session;
import io.dropwatch.internal.watch.WatchRequest;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.DropWarning;
import io.dropwatch.model.KernelStack;
import io.dropwatch.model.Overflow;
import io.dropwatch.model.OwnerResolver;
import io.dropwatch.model.RawDropEvent;
import io.dropwatch.model.RingKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link DropWatcher}. By default it watches every drop on every device that is not noise,
 * without a limit, with the whole stack. Not thread-safe; may be used again after {@link #start}.
 */
public final class DropWatcherBuilder extends SelectionBuilder<DropWatcherBuilder> {
  private static final int MAX_STACK = 127;
  private static final int MIN_RING = 4096;
  private static final int MAX_RING = 1 << 30;
  private static final Duration MAX_LATENCY = Duration.ofMillis(100);
  private static final int MAX_EVENTS = 10_000_000;

  private int maxEventsPerSecond;
  private int stackDepth = MAX_STACK;
  private Duration stackPeriod = Duration.ZERO;
  private @Nullable Path bpfObject;
  private RingKind ring = RingKind.AUTO;
  private int ringBytesPerCpu = 1 << 20;
  private Duration maxLatency = MAX_LATENCY;
  private @Nullable Consumer<DropEvent> listener;
  private @Nullable Consumer<RawDropEvent> rawListener;
  private DeliveryMode.@Nullable Queue queue;
  private @Nullable Consumer<Throwable> onError;
  private @Nullable OwnerResolver ownerResolver;
  private @Nullable Consumer<DropWarning> onWarning;

  DropWatcherBuilder() {}

  @Override
  DropWatcherBuilder self() {
    return this;
  }

  /**
   * Limits the events in any second, over all CPUs. Drops above it are counted as {@link
   * DropStatistics#limited}.
   *
   * <p>A flood on one CPU does not hide the few drops of another: CPUs share the limit by max-min
   * fairness. The demand of a CPU is measured in the second before. So after a flood has used up
   * the limit, another CPU gets its share within a second; and after a flood has moved to another
   * CPU, the share of the first one is unused for two seconds, then half of it for one, and so on.
   * A limit of at least 16 times the number of CPUs keeps one event for each CPU that was silent.
   *
   * @param events at most 10,000,000; 0 (the default): no limit
   */
  public DropWatcherBuilder maxEventsPerSecond(int events) {
    require(events >= 0 && events <= MAX_EVENTS, "maxEventsPerSecond", "0 to 10000000", events);
    this.maxEventsPerSecond = events;
    return this;
  }

  /**
   * Sets how many frames of the kernel stack an event has, innermost first. Walking the stack is
   * most of the cost of an event for the host.
   *
   * @param frames 0 (no stack) to 127 (the default)
   */
  public DropWatcherBuilder stackDepth(int frames) {
    require(frames >= 0 && frames <= MAX_STACK, "stackDepth", "0 to 127", frames);
    this.stackDepth = frames;
    return this;
  }

  /**
   * Walks the stack only once in a period for each location and reason, to reduce the overhead per
   * event. The events in between have the stack that was walked last, marked as {@link
   * KernelStack#shared}, or none if the event that carried it was lost. Noise rules see that stack
   * too. Each CPU counts for itself, and remembers 1024 stacks.
   *
   * @param period up to 292 years; zero (the default): each event has its own stack
   */
  public DropWatcherBuilder stackOncePer(Duration period) {
    require(
        !period.isNegative() && period.compareTo(Duration.ofNanos(Long.MAX_VALUE)) <= 0,
        "stackOncePer",
        "0 to 292 years",
        period);
    this.stackPeriod = period;
    return this;
  }

  /** Sets another build of the probe's object file; null: the one in this library. */
  public DropWatcherBuilder bpfObject(@Nullable Path file) {
    this.bpfObject = file;
    return this;
  }

  /** Sets the kind of ring; {@link RingKind#AUTO} by default. */
  public DropWatcherBuilder ring(RingKind kind) {
    this.ring = Objects.requireNonNull(kind, "kind");
    return this;
  }

  /**
   * Sets the size of the ring: a perf ring of this size for each CPU, or one BPF ring of this size
   * times the CPUs that are online, rounded up to a power of two and at most 2^30 bytes. Events
   * that do not fit are counted as {@link DropStatistics#lost}. A perf ring counts against the
   * limit of locked memory unless the process has CAP_IPC_LOCK, a BPF ring against that of its
   * memory cgroup.
   *
   * @param bytes a power of two from 4096 to 2^30; 2^20 by default, 500 to 5000 events
   */
  public DropWatcherBuilder ringBytesPerCpu(int bytes) {
    require(
        bytes >= MIN_RING && bytes <= MAX_RING && Integer.bitCount(bytes) == 1,
        "ringBytesPerCpu",
        "a power of two from 4096 to 1073741824",
        bytes);
    this.ringBytesPerCpu = bytes;
    return this;
  }

  /**
   * Sets how long an event may wait in the ring for others to come, so that the reader is not woken
   * for each.
   *
   * @param latency positive and at most 100 ms, the default
   */
  public DropWatcherBuilder maxLatency(Duration latency) {
    require(
        latency.isPositive() && latency.compareTo(MAX_LATENCY) <= 0,
        "maxLatency",
        "positive and at most 100 ms",
        latency);
    this.maxLatency = latency;
    return this;
  }

  /**
   * Sets the listener. It is called for each drop, on a thread of the watcher, one event after the
   * other. If it is slow, the ring fills up; events that do not fit are dropped and counted.
   */
  public DropWatcherBuilder onEvent(Consumer<DropEvent> listener) {
    this.listener = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Sets a listener of raw events, instead of {@link #onEvent}. It is called for each drop with a
   * view over the kernel's record, valid during the call, on the reader's thread. Nothing is
   * allocated for an event.
   */
  public DropWatcherBuilder onRawEvent(Consumer<RawDropEvent> listener) {
    this.rawListener = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Puts a bounded queue before the listener of {@link #onEvent}, which is then called on a thread
   * of its own while the reader empties the ring. By default there is no queue.
   *
   * @param capacity events, 1 to 10,000,000; an event with its bytes and stack takes about 1 KiB
   * @param overflow what to do when it is full
   */
  public DropWatcherBuilder queue(int capacity, Overflow overflow) {
    require(capacity >= 1 && capacity <= MAX_EVENTS, "queue capacity", "1 to 10000000", capacity);
    this.queue = new DeliveryMode.Queue(capacity, Objects.requireNonNull(overflow, "overflow"));
    return this;
  }

  /**
   * Sets the handler of exceptions: those of the listener and the owner resolver, and of records
   * that cannot be read. It is called on a thread of the watcher. By default the first is logged as
   * a warning (System.Logger {@code io.dropwatch}).
   */
  public DropWatcherBuilder onError(Consumer<Throwable> handler) {
    this.onError = Objects.requireNonNull(handler, "handler");
    return this;
  }

  /**
   * Sets the handler of warnings, each given once: {@link DropWarning.Code#FILTER} on the thread of
   * {@link #start}, before anything is in the kernel; {@link DropWarning.Code#SYMBOLS_HIDDEN} on
   * the thread that reads a stack first; {@link DropWarning.Code#NO_RING} and {@link
   * DropWarning.Code#HIDDEN_LOSS} on the reader's. By default, and if it throws, the warning is
   * logged (System.Logger {@code io.dropwatch}).
   */
  public DropWatcherBuilder onWarning(Consumer<DropWarning> handler) {
    this.onWarning = Objects.requireNonNull(handler, "handler");
    return this;
  }

  /**
   * Sets the resolver of owners: the process of the packet's socket, cgroup, container. By default
   * {@link OwnerResolvers#system}; {@link OwnerResolvers#none} does without.
   */
  public DropWatcherBuilder ownerResolver(OwnerResolver resolver) {
    this.ownerResolver = Objects.requireNonNull(resolver, "resolver");
    return this;
  }

  /**
   * Loads the probe and attaches it. On any failure nothing stays in the kernel.
   *
   * @throws DropWatchException if this machine does not allow it
   * @throws io.dropwatch.pcapfilter.FilterSyntaxException if the filter has a name that is unknown
   * @throws IllegalStateException if there is no listener, or two calls contradict each other
   */
  public DropWatcher start() {
    WatchRequest request =
        new WatchRequest(
            selected(),
            bpfObject,
            maxEventsPerSecond,
            stackDepth,
            stackPeriod,
            ring,
            ringBytesPerCpu,
            maxLatency,
            delivery(),
            onError,
            ownerResolver == null ? OwnerResolvers.system() : ownerResolver,
            onWarning);
    return new DropWatcher(DropWatchException.translated(() -> Session.open(request)));
  }

  private DeliveryMode delivery() {
    if (listener != null && rawListener != null) {
      throw new IllegalStateException("onEvent and onRawEvent were both called: use one of them");
    }
    if (rawListener != null) {
      if (queue != null) {
        throw new IllegalStateException(
            "queue and onRawEvent were both called: a raw event is valid during the call only, so"
                + " use onEvent");
      }
      return new DeliveryMode.Raw(rawListener);
    }
    if (listener == null) {
      throw new IllegalStateException("no listener: call onEvent or onRawEvent before start");
    }
    return new DeliveryMode.Events(listener, queue);
  }

  private static void require(boolean allowed, String what, String range, Object value) {
    if (!allowed) {
      throw new IllegalArgumentException("%s must be %s, was %s".formatted(what, range, value));
    }
  }
}
