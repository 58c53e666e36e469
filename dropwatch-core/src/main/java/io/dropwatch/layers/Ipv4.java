package io.dropwatch.layers;

/**
 * The IPv4 header (RFC 791). Numbers are unsigned and in host order.
 *
 * @param version 4 unless malformed
 * @param ihl header length in 4-byte words, 5 to 15 unless malformed
 * @param tos type of service: DSCP and ECN
 * @param len bytes of header and payload; 0 in packets that the kernel has yet to segment (BIG TCP)
 * @param id identification of fragments
 * @param flags 3 bits: 4 reserved ("evil", RFC 3514), 2 do not fragment, 1 more fragments
 * @param fragOffset fragment offset in units of 8 bytes
 * @param ttl time to live: hops left
 * @param protocol IANA number of what follows
 * @param checksum of the header, as captured
 * @param src source address
 * @param dst destination address
 */
public record Ipv4(
    int version,
    int ihl,
    int tos,
    int len,
    int id,
    int flags,
    int fragOffset,
    int ttl,
    int protocol,
    int checksum,
    IpAddress src,
    IpAddress dst)
    implements Layer {
  private static final int MIN_LENGTH = 20;
  private static final int EVIL = 4;
  private static final int DONT_FRAGMENT = 2;
  private static final int MORE_FRAGMENTS = 1;

  static void decode(Dissection dissection) {
    if (!dissection.has(MIN_LENGTH)) {
      return;
    }
    Cursor cursor = dissection.cursor();
    int versionAndLength = cursor.u8();
    int tos = cursor.u8();
    int len = cursor.u16();
    int id = cursor.u16();
    int fragment = cursor.u16();
    var ip =
        new Ipv4(
            versionAndLength >> 4,
            versionAndLength & 0xf,
            tos,
            len,
            id,
            fragment >> 13,
            fragment & 0x1fff,
            cursor.u8(),
            cursor.u8(),
            cursor.u16(),
            IpAddress.v4(cursor),
            IpAddress.v4(cursor));
    dissection.add(ip);
    ip.decodePayload(dissection);
  }

  private void decodePayload(Dissection dissection) {
    int headerLength = 4 * ihl;
    if (version != 4 || headerLength < MIN_LENGTH || (len != 0 && len < headerLength)) {
      dissection.malformed();
      return;
    }
    Cursor cursor = dissection.cursor();
    if (len != 0) {
      cursor.limit(len - MIN_LENGTH);
    }
    int options = headerLength - MIN_LENGTH;
    if (!dissection.has(options)) {
      return;
    }
    cursor.skip(options);
    if (fragOffset == 0) {
      decodeNext(dissection);
    }
  }

  private void decodeNext(Dissection dissection) {
    int next = protocol;
    while (next == IpProtocol.AUTHENTICATION) {
      next = Ah.decode(dissection);
    }
    if (next != IpExtension.NOTHING) {
      IpProtocol.decode(dissection, next);
    }
  }

  /** Returns whether this is a fragment, the first one included. */
  public boolean isFragment() {
    return fragOffset != 0 || (flags & MORE_FRAGMENTS) != 0;
  }

  /** Returns the flags: {@code DF}, {@code MF}, {@code Evil|DF|MF}; empty when none is set. */
  public String flagsText() {
    var text = new FlagText();
    text.add((flags & EVIL) != 0, "Evil");
    text.add((flags & DONT_FRAGMENT) != 0, "DF");
    text.add((flags & MORE_FRAGMENTS) != 0, "MF");
    return text.toString();
  }

  /** Returns {@code TCP}, {@code ICMPv4}, …, or {@code UnknownIPProtocol}. */
  public String protocolName() {
    return IpProtocol.name(protocol);
  }
}
