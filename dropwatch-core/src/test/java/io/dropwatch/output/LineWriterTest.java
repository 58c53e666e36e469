package io.dropwatch.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineWriterTest {
  private static final DropEvent EVENT = Events.sample().build();

  /** A pipe whose reader exits after some writes. */
  private static final class Pipe extends OutputStream {
    private final List<Integer> writes = new ArrayList<>();
    private int room;
    private int closes;

    Pipe(int room) {
      this.room = room;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (room-- <= 0) {
        throw new IOException("Broken pipe");
      }
      writes.add(length);
    }

    @Override
    public void close() {
      closes++;
    }
  }

  @Test
  void write_event_isOneWriteOfWholeLines() {
    var pipe = new Pipe(2);
    try (var writer = new TextWriter(pipe)) {
      writer.write(EVENT);
      writer.write(EVENT);
    }
    int length = TextWriter.format(EVENT).length();

    assertEquals(List.of(length, length), pipe.writes);
    assertEquals(1, pipe.closes);
  }

  @Test
  void write_afterAFailure_failsAgain() {
    var writer = new JsonWriter(new Pipe(1));
    writer.write(EVENT);

    for (int i = 0; i < 2; i++) {
      var thrown = assertThrows(UncheckedIOException.class, () -> writer.write(EVENT));
      assertEquals("cannot write events: Broken pipe", thrown.getMessage());
    }
    assertThrows(UncheckedIOException.class, writer::flush);
    writer.close();
  }

  @Test
  void write_toFailedPrintStream_throws() {
    var writer = new TextWriter(new PrintStream(new Pipe(0), false, StandardCharsets.UTF_8));

    assertThrows(UncheckedIOException.class, () -> writer.write(EVENT));
  }

  @Test
  void write_afterClose_throws() {
    var pipe = new Pipe(9);
    var writer = new TextWriter(pipe);
    writer.close();
    writer.close();

    var thrown = assertThrows(UncheckedIOException.class, () -> writer.write(EVENT));
    assertEquals("cannot write events: the writer is closed", thrown.getMessage());
    assertEquals(1, pipe.closes);
  }

  @Test
  void write_byManyThreads_keepsLinesWhole() throws InterruptedException {
    var bytes = new ByteArrayOutputStream();
    List<Thread> threads = new ArrayList<>();
    try (var writer = new JsonWriter(bytes)) {
      for (int i = 0; i < 4; i++) {
        DropEvent event = Events.sample().pid(i).build();
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      for (int n = 0; n < 100; n++) {
                        writer.write(event);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    String[] lines = bytes.toString(StandardCharsets.UTF_8).split("\n", -1);

    assertEquals(401, lines.length);
    assertTrue(lines[400].isEmpty());
    for (int i = 0; i < 400; i++) {
      Json.object(lines[i]);
    }
  }
}
