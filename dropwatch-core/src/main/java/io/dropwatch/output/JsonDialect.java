package io.dropwatch.output;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Whose field names JSON is written in. The walk over the event is the same; a dialect says how its
 * fields are spelt and which are there.
 */
public enum JsonDialect {
  /**
   * The published format: {@code src}, {@code packet_len}, stacks of bare function names. Every
   * field of a layer is there, also when it is 0, and so is what it takes to read the line back
   * into an equal event ({@link JsonReader}).
   */
  DEFAULT("src", "dst", "ack", "packet_len", "drop-event.schema.json"),

  /**
   * What a <i>huatuo-bamai</i> daemon reads: {@code saddr}, {@code packet_len_bytes}, frames with
   * offset and module, nothing that it does not know.
   */
  HUATUO("saddr", "daddr", "ack_seq", "packet_len_bytes", "drop-event-huatuo.schema.json");

  final String src;
  final String dst;
  final String ack;
  final String packetLength;
  private final String schemaFile;

  JsonDialect(String src, String dst, String ack, String packetLength, String schemaFile) {
    this.src = src;
    this.dst = dst;
    this.ack = ack;
    this.packetLength = packetLength;
    this.schemaFile = schemaFile;
  }

  /** The JSON Schema (draft 2020-12) of a line in this dialect. */
  public String schema() {
    try (InputStream schema = JsonDialect.class.getResourceAsStream(schemaFile)) {
      return new String(
          Objects.requireNonNull(schema, schemaFile).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + schemaFile + " of our own jar", e);
    }
  }
}
