package io.dropwatch.examples.huatuo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.pcapfilter.LinkType;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HuatuoStreamTest {
  private static final int TWICE_THE_BUFFER = 2 * HuatuoStream.BUFFERED_EVENTS;

  @TempDir private Path directory = Path.of(".");
  private final List<String> notices = Collections.synchronizedList(new ArrayList<>());

  @Test
  void write_sendsConnectThenAChunkPerEventThenEnd() throws Exception {
    try (FakeHuatuoDaemon daemon = FakeHuatuoDaemon.reading(socket())) {
      HuatuoStream stream = open("task-7");
      stream.write(event(1));
      stream.write(event(2));
      stream.close();
      daemon.awaitEnd();
      List<String> messages = daemon.awaitMessages(4);
      assertEquals(4, messages.size());
      assertEquals(
          "(connect = (toolName = \"dropwatch\", version = \"1.0\", taskID = \"task-7\","
              + " protoVersion = 1))",
          messages.get(0));
      assertTrue(messages.get(1).startsWith("(chunk = (data = \"{\\\"observed_timestamp"));
      assertTrue(messages.get(1).contains("\\\"source\\\":\\\"events\\\""), messages.get(1));
      assertTrue(messages.get(1).contains("\\\"pid\\\":1,"), messages.get(1));
      assertTrue(messages.get(1).endsWith("}\", flush = false, end = false))"), messages.get(1));
      assertTrue(messages.get(2).contains("\\\"pid\\\":2,"), messages.get(2));
      assertEquals("(chunk = (flush = false, end = true))", messages.get(3));
      assertEquals(new StreamStatistics(2, 2, 0, 0, 0), stream.statistics());
      assertEquals(List.of(), notices);
    }
  }

  @Test
  void write_whileTheDaemonRestarts_isSentAfterReconnecting() throws Exception {
    HuatuoStream stream;
    try (FakeHuatuoDaemon first = FakeHuatuoDaemon.reading(socket())) {
      stream = open("t");
      stream.write(event(1));
      var _ = first.awaitMessages(2);
    }
    // The socket file is gone as well.
    stream.write(event(2));
    stream.write(event(3));
    awaitNotice("is lost");
    try (FakeHuatuoDaemon second = FakeHuatuoDaemon.reading(socket())) {
      List<String> messages = second.awaitMessages(3);
      assertTrue(messages.get(0).startsWith("(connect = (toolName"), messages.get(0));
      assertTrue(messages.get(1).contains("\\\"pid\\\":2,"), messages.get(1));
      assertTrue(messages.get(2).contains("\\\"pid\\\":3,"), messages.get(2));
      stream.close();
      assertEquals(new StreamStatistics(3, 3, 0, 0, 1), stream.statistics());
      assertTrue(notices.getLast().startsWith("reconnected"), notices::toString);
    }
  }

  /** A daemon that is killed leaves its socket file behind. */
  @Test
  void write_whileTheSocketRefuses_isSentAfterReconnecting() throws Exception {
    Path kept = directory.resolve("kept.sock");
    HuatuoStream stream;
    try (FakeHuatuoDaemon first = FakeHuatuoDaemon.reading(socket())) {
      stream = open("t");
      first.awaitConnection();
      Files.createLink(kept, socket());
    }
    Files.move(kept, socket());
    stream.write(event(1));
    awaitNotice("is lost");
    Files.delete(socket());
    try (FakeHuatuoDaemon second = FakeHuatuoDaemon.reading(socket())) {
      assertTrue(second.awaitMessages(2).get(1).contains("\\\"pid\\\":1,"));
      stream.close();
      assertEquals(new StreamStatistics(1, 1, 0, 0, 1), stream.statistics());
    }
  }

  @Test
  void write_whileTheDaemonDoesNotRead_dropsAndCountsEvents() throws Exception {
    try (FakeHuatuoDaemon daemon = FakeHuatuoDaemon.stalled(socket())) {
      HuatuoStream stream = open("t");
      daemon.awaitConnection();
      for (int i = 0; i < TWICE_THE_BUFFER; i++) {
        stream.write(event(i));
      }
      StreamStatistics before = stream.statistics();
      assertTrue(before.waiting() <= HuatuoStream.BUFFERED_EVENTS + 1, before::toString);
      stream.close();
      StreamStatistics after = stream.statistics();
      assertEquals(TWICE_THE_BUFFER, after.accepted());
      assertEquals(0, after.waiting());
      assertEquals(0, after.sent(), after::toString);
      assertTrue(after.unconfirmed() > 10, after::toString);
      assertTrue(after.lost() > HuatuoStream.BUFFERED_EVENTS, after::toString);
    }
  }

  @Test
  void close_daemonNeverReads_eventsAreUnconfirmed() throws Exception {
    try (FakeHuatuoDaemon daemon = FakeHuatuoDaemon.stalled(socket())) {
      HuatuoStream stream = open("t");
      daemon.awaitConnection();
      for (int i = 0; i < 40; i++) {
        stream.write(event(i));
      }
      stream.close();
      assertEquals(new StreamStatistics(40, 0, 40, 0, 0), stream.statistics());
      assertTrue(stream.statistics().toString().endsWith(" unconfirmed=40"));
    }
  }

  @Test
  void close_daemonHasClosedWithEventsUnread_theyAreUnconfirmed() throws Exception {
    HuatuoStream stream;
    try (FakeHuatuoDaemon daemon = FakeHuatuoDaemon.stalled(socket())) {
      stream = open("t");
      daemon.awaitConnection();
      for (int i = 0; i < 40; i++) {
        stream.write(event(i));
      }
      awaitWritten(stream);
    }
    stream.close();
    assertEquals(new StreamStatistics(40, 0, 40, 0, 0), stream.statistics());
  }

  /** The kernel tells bytes with its overhead: never fewer than are unread, and few more. */
  @ParameterizedTest
  @ValueSource(ints = {1, 20, 39, 40})
  void close_daemonHasTakenSomeEvents_theRestIsUnconfirmed(int taken) throws Exception {
    HuatuoStream stream;
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket()));
      stream = open("t");
      try (SocketChannel daemon = server.accept()) {
        for (int i = 0; i < 40; i++) {
          stream.write(event(i));
        }
        awaitWritten(stream);
        for (int i = 0; i < 1 + taken; i++) {
          readFrame(daemon);
        }
      }
    }
    stream.close();
    StreamStatistics statistics = stream.statistics();
    // Nothing was written after the daemon read: the last look was before.
    assertEquals(taken == 40 ? 0 : 40, statistics.unconfirmed(), statistics::toString);
    assertEquals(40, statistics.sent() + statistics.unconfirmed());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 20, 39, 40})
  void statistics_whileTheDaemonReads_followIt(int taken) throws Exception {
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket()));
      HuatuoStream stream = open("t");
      try (SocketChannel daemon = server.accept()) {
        for (int i = 0; i < 40; i++) {
          stream.write(event(i));
        }
        awaitWritten(stream);
        for (int i = 0; i < 1 + taken; i++) {
          readFrame(daemon);
        }
        stream.close();
        StreamStatistics statistics = stream.statistics();
        int rest = 40 - taken;
        assertTrue(statistics.unconfirmed() >= rest, statistics::toString);
        assertTrue(statistics.unconfirmed() <= rest + rest / 2 + 2, statistics::toString);
        assertEquals(40, statistics.sent() + statistics.unconfirmed());
      }
    }
  }

  private static void awaitWritten(HuatuoStream stream) throws InterruptedException {
    long until = System.nanoTime() + 20_000_000_000L;
    while (stream.statistics().waiting() > 0) {
      assertTrue(System.nanoTime() - until < 0, stream.statistics()::toString);
      Thread.sleep(5);
    }
  }

  private static void readFrame(SocketChannel from) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    read(from, header);
    read(from, ByteBuffer.allocate(8 * header.getInt(4)));
  }

  private static void read(SocketChannel from, ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      assertTrue(from.read(into) > 0);
    }
  }

  @Test
  void open_withoutADaemon_throws() {
    IOException failure = assertThrows(IOException.class, () -> open("t"));
    assertTrue(
        String.valueOf(failure.getMessage())
            .matches(
                "cannot connect to a huatuo-bamai daemon at .*: No such file or directory; "
                    + "start the daemon, or give the path of its socket"),
        failure::getMessage);
  }

  @Test
  void close_withoutADaemon_countsBufferedEventsAsLost() throws Exception {
    HuatuoStream stream;
    try (FakeHuatuoDaemon daemon = FakeHuatuoDaemon.reading(socket())) {
      stream = open("t");
      daemon.awaitConnection();
    }
    for (int i = 0; i < 10; i++) {
      stream.write(event(i));
    }
    awaitNotice("is lost");
    stream.close();
    stream.write(event(11));
    stream.close();
    assertEquals(new StreamStatistics(11, 0, 0, 11, 0), stream.statistics());
  }

  private void awaitNotice(String text) throws InterruptedException {
    long until = System.nanoTime() + 20_000_000_000L;
    while (notices.stream().noneMatch(notice -> notice.contains(text))) {
      assertTrue(System.nanoTime() - until < 0, notices::toString);
      Thread.sleep(10);
    }
  }

  private HuatuoStream open(String taskId) throws IOException {
    return HuatuoStream.open(socket(), "1.0", taskId, notices::add);
  }

  private Path socket() {
    return directory.resolve("events.sock");
  }

  private static DropEvent event(int pid) {
    return DropEvent.builder()
        .comm("worker")
        .pid(pid)
        .packet(LinkType.RAW_IP, new byte[] {1, 2, 3})
        .build();
  }
}
