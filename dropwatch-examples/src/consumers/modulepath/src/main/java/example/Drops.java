package example;

import io.dropwatch.DropEvent;
import io.dropwatch.DropReplay;
import io.dropwatch.DropWatcher;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Without argument watches a drop that it provokes, as root; with one replays that recording. */
public final class Drops {
  private Drops() {}

  /** Fails when there was no drop. */
  public static void main(String[] args) throws Exception {
    CountDownLatch drops = new CountDownLatch(1);
    if (args.length > 0) {
      try (DropReplay replay =
          DropReplay.builder().onEvent(event -> print(event, drops)).open(Path.of(args[0]))) {
        replay.run();
      }
    } else {
      try (DropWatcher watcher =
              DropWatcher.builder()
                  .filter("udp and dst port 9")
                  .devices("lo")
                  .onEvent(event -> print(event, drops))
                  .start();
          DatagramSocket socket = new DatagramSocket()) {
        // No socket is bound to the discard port.
        socket.send(new DatagramPacket(new byte[1], 1, InetAddress.getLoopbackAddress(), 9));
        drops.await(5, TimeUnit.SECONDS);
        watcher.awaitClose(Duration.ofMillis(1));
        System.out.println(watcher.statistics());
      }
    }
    if (drops.getCount() > 0) {
      throw new IllegalStateException("no drop was seen");
    }
  }

  private static void print(DropEvent event, CountDownLatch drops) {
    if (drops.getCount() > 0) {
      System.out.println(event.reason() + " " + event.layers());
      drops.countDown();
    }
  }
}
