package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dropwatch.DropEvent;
import io.dropwatch.DropWatcher;
import io.dropwatch.OwnerResolvers;
import io.dropwatch.examples.testbed.Namespace;
import io.dropwatch.examples.testbed.Testbed;
import io.dropwatch.layers.Udp;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.OwnerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What an ordinary user does to the watcher: very many descriptors, sockets, cgroups, EtherTypes
 * and namespaces at once. Meanwhile another user's sockets come and go; their drops keep their
 * owners. Takes the seconds of the property {@code dropwatch.attack.seconds}.
 */
class AttackIT {
  private static final int SECONDS = Integer.getInteger("dropwatch.attack.seconds", 10);
  private static final String NOBODY = "65534";
  private static final Path CPU_CONTROLLER = Path.of("/sys/fs/cgroup/cpu");
  private static final int FIRST_PORT = 7300;
  private static final int PORTS = 50;

  /** The shares of a CPU that ARCHITECTURE.md states, with room for what is measured coarsely. */
  private static final double MAX_OWNERS_CPU = 0.70;

  private static final long MAX_GROWTH_BYTES = 64 << 20;

  /** Makes a socket for each line with a port, and keeps the last ten. */
  private static final String VICTIM_SCRIPT =
      """
      use IO::Socket::INET;
      $) = $ARGV[0]; $> = $ARGV[0];
      my @sockets;
      while (my $port = <STDIN>) {
        chomp $port;
        shift @sockets if @sockets > 9;
        my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $port, Proto => "udp")
            or die "$port: $!";
        $s->setsockopt(SOL_SOCKET, SO_RCVBUF, 1);
        push @sockets, $s;
        print "$port\\n"; STDOUT->flush();
      }
      """;

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final LongAdder events = new LongAdder();
  private final LongAdder victims = new LongAdder();
  private final LongAdder owned = new LongAdder();
  private final Map<String, Integer> missing = new ConcurrentSkipListMap<>();
  private volatile int victimPid;
  private @Nullable Path cpu;
  private String victimCgroup = "";

  private <T extends AutoCloseable> T keep(T resource) {
    opened.push(resource);
    return resource;
  }

  @AfterEach
  void close() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  @Test
  void attackByAnOrdinaryUser_leavesOthersTheirOwners() throws Exception {
    Namespace host = keep(Testbed.open()).namespace("host");
    TestCgroup cgroup = keep(TestCgroup.make("/dropwatch-victim.slice"));
    victimCgroup = cgroup.path();
    Process victim = victim(host, cgroup);
    victimPid = (int) victim.pid();
    long before = usedMemory();

    DropWatcher watcher =
        DropWatcher.builder().ownerResolver(OwnerResolvers.system()).onEvent(this::count).start();
    DropStatistics end;
    double owners;
    double reader;
    try (watcher) {
      lose(host, victim, Duration.ofSeconds(2));
      long controlVictims = victims.sumThenReset();
      long controlOwned = owned.sumThenReset();
      report("control: %d of %d owners, missing %s%n", controlOwned, controlVictims, missing);
      missing.clear();
      attack(host);
      Map<String, Long> cpuBefore = cpuNanos();
      long begin = System.nanoTime();
      lose(host, victim, Duration.ofSeconds(SECONDS));
      double seconds = (System.nanoTime() - begin) / 1e9;
      owners = share(cpuBefore, "dropwatch-owners", seconds);
      reader = share(cpuBefore, "dropwatch-reader", seconds);
    } finally {
      end = watcher.statistics();
    }
    long growth = usedMemory() - before;
    report(
        "attack of %d s: %d of %d owners, reader %.2f CPU, owners %.2f CPU, %d KiB more memory%n%s%n%s%n",
        SECONDS, owned.sum(), victims.sum(), reader, owners, growth >> 10, missing, end);

    assertTrue(victims.sum() > 10L * SECONDS, "enough drops of the victim");
    assertTrue(owned.sum() >= 0.99 * victims.sum(), () -> "missing: " + missing);
    assertTrue(owners <= MAX_OWNERS_CPU, () -> "CPU of lookups: " + owners);
    assertTrue(growth <= MAX_GROWTH_BYTES, () -> growth + " bytes");
    assertEquals(events.sum(), end.delivered());
    assertEquals(0, end.inFlight());
    assertEquals(0, end.ownerFailures());
  }

  private void count(DropEvent event) {
    events.increment();
    Udp udp = event.layers().udp();
    // What a socket has queued when it is closed is dropped too, without a socket.
    if (event.socket() == null
        || udp == null
        || udp.dport() < FIRST_PORT
        || udp.dport() >= FIRST_PORT + PORTS) {
      return;
    }
    victims.increment();
    OwnerProcess process = event.owner().process();
    if (process != null
        && process.pid() == victimPid
        && victimCgroup.equals(event.owner().cgroupPath())) {
      owned.increment();
    } else {
      missing.merge(event.owner().toString(), 1, Integer::sum);
    }
  }

  private Process victim(Namespace host, TestCgroup cgroup) {
    String start = "for entrance; do echo $$ > \"$entrance\"; done; exec perl -e \"$script\" 1";
    ProcessBuilder builder =
        new ProcessBuilder(
            Stream.concat(Stream.of("sh", "-ec", start, "sh"), cgroup.entrances().stream())
                .toList());
    builder.environment().put("script", VICTIM_SCRIPT);
    return start(host, builder);
  }

  private Process start(Namespace host, ProcessBuilder builder) {
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process process = host.call(builder::start);
    keep(() -> process.destroyForcibly().onExit().join());
    return process;
  }

  /** Makes sockets of the victim lose datagrams. */
  private static void lose(Namespace host, Process victim, Duration time) throws IOException {
    BufferedReader answers = victim.inputReader(StandardCharsets.UTF_8);
    long end = System.nanoTime() + time.toNanos();
    for (int i = 0; System.nanoTime() - end < 0; i++) {
      int port = FIRST_PORT + i % PORTS;
      victim.getOutputStream().write((port + "\n").getBytes(StandardCharsets.UTF_8));
      victim.getOutputStream().flush();
      assertEquals(Integer.toString(port), answers.readLine());
      send(host, port);
    }
  }

  private static void send(Namespace host, int port) {
    var _ =
        host.call(
            () -> {
              try (DatagramSocket socket = new DatagramSocket()) {
                for (int i = 0; i < 6; i++) {
                  socket.send(
                      new DatagramPacket(
                          new byte[512], 512, InetAddress.ofLiteral("127.0.0.1"), port));
                  Thread.sleep(10);
                }
                return port;
              }
            });
  }

  private void attack(Namespace host) throws Exception {
    cpu = cpuGroup();
    Path folder = delegated();
    attack(host, folder, "descriptors", "50", "20000");
    attack(host, folder, "sockets", "12000", folder.toString());
    attack(host, folder, "unshare", "-Urn", "ethertypes", "9000");
    attack(host, folder, "namespaces");
  }

  private void attack(Namespace host, Path folder, String... how) throws Exception {
    List<String> command = new ArrayList<>();
    List<String> words = new ArrayList<>(List.of(how));
    StringBuilder enter = new StringBuilder();
    for (Path group : Stream.of(folder, cpu).filter(Objects::nonNull).toList()) {
      enter.append("echo $$ > '").append(group).append("/cgroup.procs'; ");
    }
    command.addAll(
        List.of("sh", "-ec", "ulimit -n $(ulimit -Hn); " + enter + "exec \"$@\"", "sh", "setpriv"));
    command.addAll(List.of("--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"));
    if (words.getFirst().equals("unshare")) {
      command.add(words.removeFirst());
      command.add(words.removeFirst());
    }
    command.addAll(List.of("perl", "-e", script()));
    command.addAll(words);
    Process process = start(host, new ProcessBuilder(command));
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    assertEquals(words.getFirst(), out.readLine(), "the attack began");
  }

  private static String script() throws IOException {
    try (var in = AttackIT.class.getResourceAsStream("attack.pl")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /**
   * Makes a group that shares the CPUs with others as one, as systemd does for all processes of a
   * user: the attack is not that he uses up the CPUs.
   */
  private @Nullable Path cpuGroup() throws IOException {
    if (!Files.exists(CPU_CONTROLLER.resolve("cpu.shares"))) {
      return null; // cgroup v2 has one tree for all controllers
    }
    Path made = CPU_CONTROLLER.resolve("dropwatch-attack");
    Files.createDirectories(made);
    keep(() -> Await.until(() -> made.toFile().delete()));
    return made;
  }

  /** Makes a cgroup that belongs to nobody, as that of a user session does. */
  private Path delegated() throws IOException {
    TestCgroup cgroup = keep(TestCgroup.make("/dropwatch-attack.slice"));
    Path folder = Objects.requireNonNull(Path.of(cgroup.entrances().getFirst()).getParent());
    keep(() -> removeFolders(folder));
    for (String file : List.of("", "cgroup.procs", "cgroup.subtree_control")) {
      var user = folder.getFileSystem().getUserPrincipalLookupService();
      Files.setOwner(folder.resolve(file), user.lookupPrincipalByName(NOBODY));
    }
    return folder;
  }

  private static void removeFolders(Path folder) throws IOException {
    try (Stream<Path> folders = Files.list(folder)) {
      folders
          .filter(Files::isDirectory)
          .sorted(Comparator.reverseOrder())
          .forEach(
              each -> {
                try {
                  Files.delete(each);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }

  private static Map<String, Long> cpuNanos() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Map<String, Long> nanos = new TreeMap<>();
    for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (thread != null) {
        nanos.merge(
            thread.getThreadName(), threads.getThreadCpuTime(thread.getThreadId()), Long::sum);
      }
    }
    return nanos;
  }

  private static double share(Map<String, Long> before, String thread, double seconds) {
    return (cpuNanos().getOrDefault(thread, 0L) - before.getOrDefault(thread, 0L)) / 1e9 / seconds;
  }

  private static long usedMemory() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(50);
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static void report(String format, Object... figures) {
    System.out.printf("attack figures: " + format, figures);
  }
}
