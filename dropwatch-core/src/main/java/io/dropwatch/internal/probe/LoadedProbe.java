package io.dropwatch.internal.probe;

import io.dropwatch.bpf.BpfException;
import io.dropwatch.bpf.BpfLink;
import io.dropwatch.bpf.BpfMap;
import io.dropwatch.bpf.BpfObject;
import io.dropwatch.bpf.BpfProgram;
import io.dropwatch.bpf.ProgramInfo;
import io.dropwatch.bpf.ReadOnlyData;
import io.dropwatch.internal.probe.ProbePlan.Attempt;
import io.dropwatch.model.FailureCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The programs and maps of a {@link ProbePlan} in the kernel. */
final class LoadedProbe implements AutoCloseable {
  private static final int RECORD_VERSION = 6;

  private final BpfObject object;
  private final Attempt attempt;
  private final BpfProgram program;
  private final @Nullable BpfProgram trapProgram;
  private final Map<String, DeviceKey> devices;
  private @Nullable DeviceFollower follower;
  private @Nullable BpfLink link;
  private @Nullable BpfLink trapLink;

  private LoadedProbe(BpfObject object, Attempt attempt, Map<String, DeviceKey> devices) {
    this.object = object;
    this.devices = devices;
    this.attempt = attempt;
    this.program = object.program(attempt.program());
    this.trapProgram = attempt.trapProgram() == null ? null : object.program(attempt.trapProgram());
  }

  /**
   * Loads the first attempt that the kernel accepts. If it accepts none, nothing stays in the
   * kernel.
   *
   * @throws BpfException if the kernel refuses all: its answer to the first of the last attempts
   *     that differ in the variant only, or to the first of those that has a remedy
   * @throws EnvironmentException if the image is of another release, or there is a rate limit and
   *     the kernel cannot limit
   */
  static LoadedProbe load(ProbePlan plan) {
    BpfException refusal = null;
    BpfException limitRefusal = null;
    Attempt previous = null;
    for (Attempt attempt : plan.attempts()) {
      if (previous != null && previous.limits() && !attempt.limits()) {
        limitRefusal = Objects.requireNonNull(refusal);
        if (limitRefusal.verifierLog().isEmpty()) {
          throw limitRefusal;
        }
      }
      if (previous != null
          && (previous.limits() != attempt.limits()
              || !Objects.equals(previous.noTraps(), attempt.noTraps()))) {
        refusal = null;
      }
      previous = attempt;
      try {
        LoadedProbe loaded = load(plan, attempt);
        if (refusal != null && attempt.variant() == Variant.CAST) {
          KernelFacts.inPlaceRefused();
        }
        if (limitRefusal != null) {
          KernelFacts.compareAndSwapRefused();
        }
        loaded.requireLimit(plan.eventsPerSecond());
        return loaded;
      } catch (BpfException e) {
        refusal = mostHelpful(refusal, e);
      }
    }
    throw Objects.requireNonNull(refusal, "no attempt");
  }

  private static BpfException mostHelpful(@Nullable BpfException first, BpfException next) {
    if (first == null) {
      return next;
    }
    boolean better = first.remedy() == null && next.remedy() != null;
    (better ? next : first).addSuppressed(better ? first : next);
    return better ? next : first;
  }

  private void requireLimit(int eventsPerSecond) {
    if (eventsPerSecond > 0 && !attempt.limits()) {
      close();
      throw new EnvironmentException(
          FailureCode.KERNEL_TOO_OLD,
          "the rate of events cannot be limited to %d a second: eBPF programs of this kernel have no compare-and-swap (Linux 5.12)"
              .formatted(eventsPerSecond),
          "leave out the limit, or use a filter");
    }
  }

  private static LoadedProbe load(ProbePlan plan, Attempt attempt) {
    ProbeImage image = attempt.limits() ? plan.image() : plan.image().withoutCompareAndSwap();
    byte[] elf =
        image.bytes(!plan.noise().isEmpty(), attempt.trapProgram() != null, plan.devices());
    BpfObject object = BpfObject.open("dropwatch", elf);
    try {
      if (plan.ring() != null) {
        requireVersion(image, object.readOnlyData());
      }
      configure(object, plan, attempt);
      object.load();
      if (attempt.findsTables()) {
        // If there are none, programs call bpf_get_stack, which is slower.
        var _ = object.program(Variant.tablesProgram()).testRun(new byte[0]);
      }
      fill(object, plan);
      return new LoadedProbe(object, attempt, plan.devices().byName());
    } catch (Throwable e) {
      object.close();
      throw e;
    }
  }

  private static void requireVersion(ProbeImage image, ReadOnlyData data) {
    int version = data.getInt("record_version");
    if (version != RECORD_VERSION) {
      throw new EnvironmentException(
          FailureCode.BAD_OBJECT,
          "%s writes records of version %d, this library reads version %d"
              .formatted(image, version, RECORD_VERSION),
          "use the probe of the same release");
    }
  }

  private static void configure(BpfObject object, ProbePlan plan, Attempt attempt) {
    for (String name : object.programNames()) {
      object.program(name).autoload(attempt.loads(name));
    }
    ReadOnlyData data = object.readOnlyData();
    attempt
        .settings()
        .forEach(
            (name, value) -> {
              if (data.size(name) == Integer.BYTES) {
                data.setInt(name, value.intValue());
              } else {
                data.setLong(name, value);
              }
            });
    for (String name : object.mapNames()) {
      if (ProbePlan.OPTIONAL_MAPS.contains(name)) {
        object.map(name).autocreate(attempt.maps().containsKey(name));
      }
    }
    attempt
        .maps()
        .forEach(
            (name, entries) -> {
              if (entries > 0) {
                object.map(name).resize(entries);
              }
            });
    // Twice, as a new device comes in before the old one of the same name goes out.
    object.map("devices").resize(Math.max(1, 2 * plan.devices().devices().size()));
  }

  private static void fill(BpfObject object, ProbePlan plan) {
    for (DeviceKey device : plan.devices().devices()) {
      object.map("devices").update(device.bytes(), new byte[] {1});
    }
    NoiseList noise = plan.noise();
    noise
        .reasons()
        .forEach((reason, rule) -> object.map("noise_reasons").update(key(reason), key(rule)));
    for (int i = 0; i < noise.locations().size(); i++) {
      object.map("noise_locations").update(key(i), noise.locations().get(i).bytes());
    }
  }

  /** Returns a key of an array map, or another 32-bit number. */
  static byte[] key(int number) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(number).array();
  }

  /** Attaches the programs to their tracepoints, and follows the names of listed devices. */
  void attach() {
    if (trapProgram != null) {
      trapLink = trapProgram.attach();
    }
    link = program.attach();
    follower = DeviceFollower.start(this, devices);
  }

  BpfMap map(String name) {
    return object.map(name);
  }

  boolean watchesTraps() {
    return trapProgram != null;
  }

  /** Returns why devlink traps are not watched; null if they are. */
  @Nullable String noTraps() {
    return attempt.noTraps();
  }

  /** Returns the names of the maps in the kernel. */
  Set<String> maps() {
    return object.mapNames().stream()
        .filter(map -> object.map(map).isCreated())
        .collect(Collectors.toSet());
  }

  ProgramInfo info() {
    return program.info();
  }

  /** Returns how often the kernel left out the programs because one ran on the CPU already. */
  long recursionMisses() {
    return program.recursionMisses() + (trapProgram == null ? 0 : trapProgram.recursionMisses());
  }

  /** Detaches the programs. A second call does nothing. */
  void detach() {
    try {
      if (link != null) {
        link.close();
      }
    } finally {
      if (trapLink != null) {
        trapLink.close();
      }
    }
  }

  @Override
  public void close() {
    try {
      if (follower != null) {
        follower.close();
      }
      detach();
    } finally {
      object.close();
    }
  }
}
