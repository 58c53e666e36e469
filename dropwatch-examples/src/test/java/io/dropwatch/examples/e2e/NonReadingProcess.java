package io.dropwatch.examples.e2e;

import io.dropwatch.examples.testbed.Namespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A process of the user nobody, in a network namespace and a cgroup, with a UDP socket that it
 * never reads, or without a socket. Datagrams that do not fit into the receive buffer are dropped
 * in softirq, while the sender runs.
 */
final class NonReadingProcess implements AutoCloseable {
  /** Reads the socket's cookie (SO_COOKIE, 57), which the kernel creates on the first read. */
  private static final String SCRIPT =
      """
      use IO::Socket::INET;
      $0 = $ARGV[0];
      $) = 65534; $> = 65534;
      if ($ARGV[1]) {
        my $s = IO::Socket::INET->new(LocalPort => $ARGV[1], Proto => "udp") or die;
        $s->setsockopt(SOL_SOCKET, SO_RCVBUF, 1);
        my $cookie = unpack("Q", getsockopt($s, SOL_SOCKET, 57) // die);
        print(((stat $s)[1]) . " $cookie\\n"); STDOUT->flush();
        <STDIN>;
      }
      print("0 0\\n"); STDOUT->flush();
      <STDIN>;
      """;

  private static final String START =
      """
      script=$1 name=$2 port=$3
      shift 3
      for entrance; do echo $$ > "$entrance"; done
      exec perl -e "$script" "$name" "$port"
      """;

  private final Process process;
  private final long inode;
  private final long cookie;

  /**
   * Starts the process and waits until it is ready.
   *
   * @param comm its command name, of any characters
   * @param port port of its socket; 0: no socket
   */
  NonReadingProcess(Namespace namespace, TestCgroup cgroup, String comm, int port)
      throws IOException {
    List<String> command =
        new ArrayList<>(List.of("sh", "-ec", START, "sh", SCRIPT, comm, Integer.toString(port)));
    command.addAll(cgroup.entrances());
    process =
        namespace.call(
            () ->
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String[] fields = String.valueOf(out.readLine()).split(" ", 2);
    inode = Long.parseLong(fields[0]);
    cookie = Long.parseUnsignedLong(fields[1]);
  }

  int pid() {
    return (int) process.pid();
  }

  /** Returns that of its socket; 0 without one. */
  long inode() {
    return inode;
  }

  /** Returns that of its socket; 0 without one. */
  long cookie() {
    return cookie;
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
