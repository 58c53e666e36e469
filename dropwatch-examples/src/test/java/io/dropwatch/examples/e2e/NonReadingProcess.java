package io.dropwatch.examples.e2e;

import io.dropwatch.examples.testbed.Namespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A process of the user nobody, in a namespace and a cgroup, with a UDP socket that it never reads:
 * what the receive buffer has no room for is dropped in softirq, while the sender is running. Or
 * one without a socket.
 */
final class NonReadingProcess implements AutoCloseable {
  /**
   * It asks for its socket's cookie (SO_COOKIE, 57), which the kernel makes when it is first asked.
   */
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
   * Starts it, and waits until it is there.
   *
   * @param comm its command, of any characters
   * @param port of its socket; 0 for none
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
    String[] told = String.valueOf(out.readLine()).split(" ", 2);
    inode = Long.parseLong(told[0]);
    cookie = Long.parseUnsignedLong(told[1]);
  }

  int pid() {
    return (int) process.pid();
  }

  /** Of its socket; 0 when it has none. */
  long inode() {
    return inode;
  }

  /** Of its socket; 0 when it has none. */
  long cookie() {
    return cookie;
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
