package io.dropwatch.output;

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
  DEFAULT("src", "dst", "ack", "packet_len"),

  /**
   * What a <i>huatuo-bamai</i> daemon reads: {@code saddr}, {@code packet_len_bytes}, frames with
   * offset and module, nothing that it does not know.
   */
  HUATUO("saddr", "daddr", "ack_seq", "packet_len_bytes");

  final String src;
  final String dst;
  final String ack;
  final String packetLength;

  JsonDialect(String src, String dst, String ack, String packetLength) {
    this.src = src;
    this.dst = dst;
    this.ack = ack;
    this.packetLength = packetLength;
  }
}
