package io.dropwatch.bpf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Calls all public methods of an object, of what belongs to it and of its rings on many threads,
 * while another closes them. An access to unmapped memory ends the JVM, so {@link ChildJvm} runs
 * it.
 */
final class CloseStress {
  /** More than the machine has CPUs: a caller is then interrupted in the middle of a method. */
  private static final int CALLERS = Runtime.getRuntime().availableProcessors() + 4;

  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private volatile @Nullable MemorySegment kept;
  private volatile boolean done;

  private CloseStress() {}

  /** Runs rounds for some time: {@return the first failure, or the number of methods} */
  static String run(Duration duration) throws InterruptedException {
    long until = System.nanoTime() + duration.toNanos();
    CloseStress stress = new CloseStress();
    int methods = 0;
    for (int round = 0; System.nanoTime() - until < 0 && stress.failures.isEmpty(); round++) {
      methods = stress.round(round);
    }
    Throwable failed = stress.failures.peek();
    if (failed != null) {
      failed.printStackTrace(System.out);
    }
    return failed == null ? methods + " methods" : failed.toString();
  }

  /**
   * Only sets variables, without reflection: the memory of a variable is written for nanoseconds,
   * so many rounds are needed to close the object in between.
   */
  static String variables(Duration duration) throws InterruptedException {
    long until = System.nanoTime() + duration.toNanos();
    CloseStress stress = new CloseStress();
    int rounds = 0;
    byte[] elf = TestObjects.elf("ring");
    for (; System.nanoTime() - until < 0 && stress.failures.isEmpty(); rounds++) {
      BpfObject object = BpfObject.open("ring", elf);
      ReadOnlyData data = object.readOnlyData();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        threads.add(Thread.ofPlatform().start(() -> stress.attempt(() -> setForever(data))));
      }
      Thread.sleep(1);
      object.close();
      for (Thread thread : threads) {
        thread.join();
      }
    }
    return stress.failures.isEmpty() ? rounds + " rounds" : stress.failures.toString();
  }

  private static Object setForever(ReadOnlyData data) {
    while (true) {
      data.setInt("records", data.getInt("records") + 1);
    }
  }

  private int round(int seed) throws InterruptedException {
    Random random = new Random(seed);
    // Half of the rounds close an object that is only open, where its variables can be set.
    boolean loads = random.nextBoolean();
    BpfObject object = TestObjects.open("ring");
    List<AutoCloseable> closed = new ArrayList<>(List.of(object));
    List<Object> targets = new ArrayList<>(List.of(object, object.readOnlyData()));
    targets.add(object.program("emit"));
    for (String map : List.of("table", "counters", "events", "ring")) {
      targets.add(object.map(map));
    }
    object.map("ring").resize(4096);
    object.readOnlyData().setInt("records", 20);
    BpfObject attached = TestObjects.open("drops");
    closed.add(attached);
    if (loads) {
      object.load();
      attached.load();
      closed.add(attached.program("modern").attach());
      closed.add(PerfRing.open(object.map("events"), 4096, Wakeup.afterRecords(1)));
      closed.add(BpfRing.open(object.map("ring"), 1));
      targets.addAll(closed.subList(2, 5));
      targets.add(object.program("emit_ring"));
    }
    List<Call> calls = targets.stream().flatMap(target -> calls(target, loads)).toList();
    done = false;
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      Random own = new Random(random.nextLong());
      threads.add(Thread.ofPlatform().start(() -> callAll(calls, own)));
    }
    for (AutoCloseable each : closed) {
      Thread.sleep(random.nextInt(4), random.nextInt(999_999));
      attempt(() -> close(each));
    }
    done = true;
    for (Thread thread : threads) {
      thread.join();
    }
    return calls.size();
  }

  private static @Nullable Object close(AutoCloseable closed) throws Exception {
    closed.close();
    return null;
  }

  private record Call(Object target, Method method) {}

  private static Stream<Call> calls(Object target, boolean loads) {
    return Stream.of(target.getClass().getMethods())
        .filter(method -> method.getDeclaringClass().getPackage() == BpfObject.class.getPackage())
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        // The closing thread closes; a load takes longer than all others.
        .filter(method -> !method.getName().equals("close"))
        .filter(method -> loads || !method.getName().equals("load"))
        .sorted(Comparator.comparing(Method::toString))
        .map(method -> new Call(target, method));
  }

  private void callAll(List<Call> calls, Random random) {
    while (!done) {
      Call call = calls.get(random.nextInt(calls.size()));
      Object[] arguments =
          Stream.of(call.method().getParameterTypes()).map(type -> value(type, random)).toArray();
      attempt(() -> call.method().invoke(call.target(), arguments));
      attempt(this::readKept);
    }
  }

  private @Nullable Object readKept() {
    MemorySegment slice = kept;
    return slice == null || slice.byteSize() == 0 ? null : slice.get(ValueLayout.JAVA_BYTE, 0);
  }

  private interface Action {
    @Nullable Object run() throws Exception;
  }

  private void attempt(Action action) {
    try {
      var _ = action.run();
    } catch (InvocationTargetException e) {
      check(e.getCause() == null ? e : e.getCause());
    } catch (Exception e) {
      check(e);
    }
  }

  private void check(Throwable thrown) {
    if (!(thrown instanceof IllegalStateException
        || thrown instanceof IllegalArgumentException
        || thrown instanceof UnsupportedOperationException
        || thrown instanceof BpfException
        // The JVM interrupts a thread that reads a slice while the arena is closed.
        || thrown instanceof InterruptedException)) {
      failures.add(thrown);
    }
  }

  private Object value(Class<?> type, Random random) {
    return switch (type.getName()) {
      case "int" -> random.nextInt(16);
      case "long" -> random.nextLong();
      case "byte" -> (byte) random.nextInt(2);
      case "boolean" -> random.nextBoolean();
      case "[B" -> new byte[random.nextBoolean() ? 4 : random.nextInt(3) * 32];
      case "java.lang.String" -> pick(random, "records", "first", "shout", "tag", "emit", "table");
      case "java.time.Duration" -> Duration.ofNanos(random.nextInt(2_000_000));
      case "java.nio.file.Path" -> Path.of("/nowhere");
      case "java.util.function.Consumer" -> (Consumer<Object>) _ -> {};
      case "java.util.function.Supplier" -> (Supplier<long[]>) () -> new long[0];
      case "io.dropwatch.bpf.BpfMap$PerCpuConsumer" -> (BpfMap.PerCpuConsumer) (_, _) -> {};
      case "io.dropwatch.bpf.RingConsumer" -> consumer();
      default -> throw new AssertionError("no value for " + type);
    };
  }

  private static String pick(Random random, String... values) {
    return values[random.nextInt(values.length)];
  }

  private RingConsumer consumer() {
    return new RingConsumer() {
      @Override
      public void record(int cpu, MemorySegment payload) {
        kept = payload;
        var _ = readKept();
      }

      @Override
      public void lost(int cpu, long count) {}
    };
  }
}
