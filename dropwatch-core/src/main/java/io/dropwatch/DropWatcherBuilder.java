package io.dropwatch;

import io.dropwatch.internal.watch.FilterExpression;
import io.dropwatch.internal.watch.Listening;
import io.dropwatch.internal.watch.Selection;
import io.dropwatch.internal.watch.Session;
import io.dropwatch.internal.watch.Watch;
import io.dropwatch.internal.watch.WatchRequest;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.KernelStack;
import io.dropwatch.model.NoiseRule;
import io.dropwatch.model.Overflow;
import io.dropwatch.model.OwnerResolver;
import io.dropwatch.model.RawDropEvent;
import io.dropwatch.model.RingKind;
import io.dropwatch.pcapfilter.FilterOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link DropWatcher} watches. Whatever is not set: every drop of every device that is no
 * noise, unlimited, with the whole stack. Not thread-safe; may be used again after {@link #start}.
 */
public final class DropWatcherBuilder {
  private static final int MOST_STACK = 127;
  private static final int LEAST_RING = 4096;
  private static final int MOST_RING = 1 << 30;
  private static final int MOST_EVENTS = 10_000_000;

  private @Nullable FilterExpression filter;
  private List<String> devices = List.of();
  private List<String> excludedDevices = List.of();
  private List<NoiseRule> noiseRules = NoiseRule.DEFAULTS;
  private int maxEventsPerSecond;
  private int stackDepth = MOST_STACK;
  private Duration stackPeriod = Duration.ZERO;
  private @Nullable Path bpfObject;
  private RingKind ring = RingKind.AUTO;
  private int ringBytesPerCpu = 1 << 20;
  private Duration maxLatency = Duration.ofMillis(100);
  private @Nullable Consumer<DropEvent> listener;
  private @Nullable Consumer<RawDropEvent> rawListener;
  private Listening.@Nullable Queue queue;
  private @Nullable Consumer<Throwable> onError;
  private @Nullable OwnerResolver ownerResolver;
  private @Nullable Consumer<String> onWarning;

  DropWatcherBuilder() {}

  /**
   * Only packets that match, as {@link #filter(String, FilterOptions)} with {@link
   * FilterOptions#DEFAULT}: names of hosts are refused.
   */
  public DropWatcherBuilder filter(@Nullable String expression) {
    return filter(expression, FilterOptions.DEFAULT);
  }

  /**
   * Only packets that match; null or blank: all.
   *
   * @param expression in the language of pcap-filter(7), as {@link
   *     io.dropwatch.pcapfilter.SkbFilter} compiles it; checked by {@link #start}
   * @param options resolver of names, UDP ports of tunnels and the like. Without a resolver of
   *     devices, {@link #start} resolves those of {@code ifname} in the calling thread's network
   *     namespace. The filter compares the index alone, and other namespaces have devices of the
   *     same index: {@link #devices} means one namespace
   */
  public DropWatcherBuilder filter(@Nullable String expression, FilterOptions options) {
    this.filter = FilterExpression.of(expression, options);
    return this;
  }

  /**
   * Only drops on these devices of the caller's network namespace; a packet without a device is
   * excluded. None: all devices. Not together with {@link #excludedDevices}.
   */
  public DropWatcherBuilder devices(String... names) {
    this.devices = List.of(names);
    return this;
  }

  /**
   * No drops on these devices of the caller's network namespace; a packet without a device is not
   * excluded. Not together with {@link #devices}.
   */
  public DropWatcherBuilder excludedDevices(String... names) {
    this.excludedDevices = List.of(names);
    return this;
  }

  /**
   * Which drops are noise, and not worth an event: the first rule that matches takes a drop out.
   * Replaces the rules that hold otherwise, {@link NoiseRule#DEFAULTS}; with an empty list every
   * drop is an event. Rules that look at stacks do not apply to {@link #onRawEvent}.
   */
  public DropWatcherBuilder noiseRules(List<? extends NoiseRule> rules) {
    this.noiseRules = List.copyOf(rules);
    return this;
  }

  /**
   * Never more events than this in any second, over all CPUs; what is above is counted as {@link
   * DropStatistics#limited}.
   *
   * <p>A flood on one CPU does not hide the few drops of another: each CPU gets the events that it
   * wants, or an even share of what those leave that want less. What a CPU wants is known from the
   * second before. So where a flood has used up the limit, another CPU waits a second at most until
   * it gets its share; and where a flood moves to another CPU, the part of the limit that was the
   * first one's is unused for two seconds, then half of it for one, and so on. A limit of 16 times
   * as many events as there are CPUs, or more, keeps one event for each CPU that was silent.
   *
   * @param events at most 10,000,000; 0 (the default): no limit
   */
  public DropWatcherBuilder maxEventsPerSecond(int events) {
    require(events >= 0 && events <= MOST_EVENTS, "events per second", events, "0 to 10000000");
    this.maxEventsPerSecond = events;
    return this;
  }

  /**
   * Frames of the kernel stack, innermost first. Walking it is most of what an event costs the
   * host.
   *
   * @param frames 0 (no stack) to 127 (the default)
   */
  public DropWatcherBuilder stackDepth(int frames) {
    require(frames >= 0 && frames <= MOST_STACK, "stack depth", frames, "0 to 127");
    this.stackDepth = frames;
    return this;
  }

  /**
   * Walks the stack only once in a period for each location and reason, since most stacks repeat:
   * under a flood an event costs the host a tenth of what it costs with its own stack. The events
   * in between have the stack that was walked last, marked as {@link KernelStack#shared}; or none,
   * where the event that brought it was lost. Noise rules see that stack too. Each CPU counts for
   * itself, and remembers 1024 stacks.
   *
   * @param period up to 292 years; zero (the default): each event has its own stack
   */
  public DropWatcherBuilder stackOncePer(Duration period) {
    if (period.isNegative() || period.compareTo(Duration.ofNanos(Long.MAX_VALUE)) > 0) {
      throw DropWatchException.usage(
          "a stack once per " + period + " cannot be: give zero to 292 years");
    }
    this.stackPeriod = period;
    return this;
  }

  /** Another object than the one in this library; null: that one. */
  public DropWatcherBuilder bpfObject(@Nullable Path file) {
    this.bpfObject = file;
    return this;
  }

  /** Which of the kernel's two kinds of ring; {@link RingKind#AUTO} by default. */
  public DropWatcherBuilder ring(RingKind kind) {
    this.ring = Objects.requireNonNull(kind, "kind");
    return this;
  }

  /**
   * The room for records until they are read: a perf ring of this size for each CPU, or one BPF
   * ring of this size times the CPUs that are online, rounded up to a power of two and at most 2^30
   * bytes. A perf ring counts against the limit of locked memory unless the process has
   * CAP_IPC_LOCK, a BPF ring against that of its memory cgroup.
   *
   * @param bytes a power of two from 4096 to 2^30; 2^20 by default, 500 to 5000 events
   */
  public DropWatcherBuilder ringBytesPerCpu(int bytes) {
    require(
        bytes >= LEAST_RING && bytes <= MOST_RING && Integer.bitCount(bytes) == 1,
        "ring bytes per CPU",
        bytes,
        "a power of two from 4096 to 1073741824");
    this.ringBytesPerCpu = bytes;
    return this;
  }

  /**
   * How long an event may wait in the ring for others to come, so that the reader is not woken for
   * each.
   *
   * @param latency positive; 100 ms by default, and never more
   */
  public DropWatcherBuilder maxLatency(Duration latency) {
    if (latency.isNegative() || latency.isZero()) {
      throw DropWatchException.usage(
          "a latency of " + latency + " is none: give a positive duration");
    }
    this.maxLatency = latency;
    return this;
  }

  /** Who is told of each drop: on the watcher's own thread, one event after the other. */
  public DropWatcherBuilder onEvent(Consumer<DropEvent> listener) {
    this.listener = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Who is told of each drop with a view over the kernel's record, valid during the call: on the
   * watcher's own thread, one after the other. Instead of {@link #onEvent}, for listeners to whom
   * an object for each drop is too much.
   */
  public DropWatcherBuilder onRawEvent(Consumer<RawDropEvent> listener) {
    this.rawListener = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * A bounded queue before the listener of {@link #onEvent}, which is then called on a thread of
   * its own: layers, symbols and output are worked on there, while the reader empties the ring. By
   * default there is none.
   *
   * @param capacity events, 1 to 10,000,000; an event with its bytes and stack takes about 1 KiB
   * @param overflow what becomes of an event that finds it full
   */
  public DropWatcherBuilder queue(int capacity, Overflow overflow) {
    require(capacity >= 1 && capacity <= MOST_EVENTS, "queue of", capacity, "1 to 10000000 events");
    this.queue = new Listening.Queue(capacity, Objects.requireNonNull(overflow, "overflow"));
    return this;
  }

  /**
   * Who gets what the listener throws, and a record that could not be read; on the watcher's
   * thread. By default the first is logged as a warning (System.Logger {@code io.dropwatch}).
   */
  public DropWatcherBuilder onError(Consumer<Throwable> handler) {
    this.onError = Objects.requireNonNull(handler, "handler");
    return this;
  }

  /**
   * Who is told, once each, what works less well than it could and what would help: known traps
   * that the filter walks into, on the thread of {@link #start}, before anything is in the kernel;
   * kernel symbols that this process may not see, on the thread that reads a stack first; a CPU
   * that came online and gets no perf ring, on the watcher's own. Those threads never see what the
   * handler throws. By default, and where it throws, the warning is logged (System.Logger {@code
   * io.dropwatch}).
   */
  public DropWatcherBuilder onWarning(Consumer<String> handler) {
    this.onWarning = Objects.requireNonNull(handler, "handler");
    return this;
  }

  /**
   * Who finds out whom a packet belonged to: the process of its socket, cgroup, container. By
   * default {@link OwnerResolvers#system}; {@link OwnerResolvers#none} does without.
   */
  public DropWatcherBuilder ownerResolver(OwnerResolver resolver) {
    this.ownerResolver = Objects.requireNonNull(resolver, "resolver");
    return this;
  }

  /**
   * Loads the probe and attaches it. On any failure nothing stays in the kernel.
   *
   * @throws DropWatchException if what was asked for makes no sense (kind USAGE), or the machine
   *     lacks what it takes (kind ENVIRONMENT)
   * @throws io.dropwatch.pcapfilter.FilterSyntaxException if the filter is not one
   */
  public DropWatcher start() {
    Watch watch =
        Session.open(
            new WatchRequest(
                new Selection(filter, devices, excludedDevices, bpfObject),
                noiseRules,
                maxEventsPerSecond,
                stackDepth,
                stackPeriod,
                ring,
                ringBytesPerCpu,
                maxLatency,
                listening(),
                onError,
                ownerResolver == null ? OwnerResolvers.system() : ownerResolver,
                onWarning));
    return new DropWatcher(watch);
  }

  private Listening listening() {
    if (listener != null && rawListener != null) {
      throw DropWatchException.usage("onEvent and onRawEvent were both given: choose one");
    }
    if (rawListener != null) {
      if (queue != null) {
        throw DropWatchException.usage(
            "a raw event is valid during the call only, so it cannot wait in a queue: use onEvent");
      }
      return new Listening.Raw(rawListener);
    }
    if (listener == null) {
      throw DropWatchException.usage("nobody listens: set onEvent before start");
    }
    return new Listening.Events(listener, queue);
  }

  private static void require(boolean right, String what, int value, String range) {
    if (!right) {
      throw DropWatchException.usage("%s cannot be %d: give %s".formatted(what, value, range));
    }
  }
}
