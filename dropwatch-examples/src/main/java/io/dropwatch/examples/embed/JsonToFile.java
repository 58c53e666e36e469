package io.dropwatch.examples.embed;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatcher;
import io.dropwatch.output.JsonReader;
import io.dropwatch.output.JsonWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** Records drops to an NDJSON file, reads them back and prints them. */
public final class JsonToFile {
  private JsonToFile() {}

  /** Arguments: file, seconds, and optionally a filter. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path file = Path.of(args[0]);
    try (JsonWriter writer = new JsonWriter(new BufferedOutputStream(Files.newOutputStream(file)));
        DropWatcher watcher =
            DropWatcher.builder()
                .filter(args.length > 2 ? args[2] : "")
                .onEvent(writer::write)
                .start()) {
      watcher.awaitClose(Duration.ofSeconds(Long.parseLong(args[1])));
    }
    // Reading a recording needs no privileges; the events equal the recorded ones.
    try (JsonReader reader = new JsonReader(Files.newInputStream(file));
        Stream<DropEvent> events = reader.events()) {
      events.forEach(event -> System.out.println(event.layers().label() + " " + event.reason()));
    }
  }
}
