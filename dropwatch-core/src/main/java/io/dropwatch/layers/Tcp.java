package io.dropwatch.layers;

/**
 * The TCP header (RFC 9293). Numbers are unsigned and in host order. The socket's state, which the
 * writers show with these fields as {@code sk_state}, is not part of the packet: see {@code
 * DropEvent.socketState()}.
 *
 * @param sport source port
 * @param dport destination port
 * @param seq sequence number
 * @param ack acknowledgement number, whether or not the flag is set
 * @param dataOffset header length in 4-byte words, 5 to 15 unless malformed
 * @param flags 8 bits: {@link #FIN} to {@link #CWR}
 * @param window as captured, not scaled
 * @param checksum as captured; not final where the kernel leaves it to the device (TX offload)
 * @param urgent urgent pointer
 */
public record Tcp(
    int sport,
    int dport,
    long seq,
    long ack,
    int dataOffset,
    int flags,
    int window,
    int checksum,
    int urgent)
    implements Layer {
  /** No more data from the sender. */
  public static final int FIN = 0x01;

  /** Synchronise sequence numbers. */
  public static final int SYN = 0x02;

  /** Reset the connection. */
  public static final int RST = 0x04;

  /** Push. */
  public static final int PSH = 0x08;

  /** The acknowledgement number is valid. */
  public static final int ACK = 0x10;

  /** The urgent pointer is valid. */
  public static final int URG = 0x20;

  /** ECN echo (RFC 3168). */
  public static final int ECE = 0x40;

  /** Congestion window reduced (RFC 3168). */
  public static final int CWR = 0x80;

  private static final int MIN_LENGTH = 20;

  static void decode(Dissection dissection) {
    if (!dissection.has(MIN_LENGTH)) {
      if (dissection.isQuote() && dissection.has(TcpHead.LENGTH)) {
        TcpHead.decode(dissection);
      }
      return;
    }
    Cursor cursor = dissection.cursor();
    var tcp =
        new Tcp(
            cursor.u16(),
            cursor.u16(),
            cursor.u32(),
            cursor.u32(),
            cursor.u8() >> 4,
            cursor.u8(),
            cursor.u16(),
            cursor.u16(),
            cursor.u16());
    dissection.add(tcp);
    int options = 4 * tcp.dataOffset - MIN_LENGTH;
    if (options < 0) {
      dissection.malformed();
    } else if (dissection.has(options)) {
      dissection.cursor().skip(options);
    }
  }

  /** Returns the flags, such as {@code SYN|ACK} or {@code ACK|PSH}; empty when none is set. */
  public String flagsText() {
    var text = new FlagText();
    text.add((flags & SYN) != 0, "SYN");
    text.add((flags & ACK) != 0, "ACK");
    text.add((flags & FIN) != 0, "FIN");
    text.add((flags & RST) != 0, "RST");
    text.add((flags & PSH) != 0, "PSH");
    text.add((flags & URG) != 0, "URG");
    text.add((flags & ECE) != 0, "ECE");
    text.add((flags & CWR) != 0, "CWR");
    return text.toString();
  }
}
