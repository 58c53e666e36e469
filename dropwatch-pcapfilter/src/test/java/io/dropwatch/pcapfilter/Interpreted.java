package io.dropwatch.pcapfilter;

/** Lets the differential tests ask the interpreter, which no user needs to know of. */
public final class Interpreted {
  private Interpreted() {}

  /** The interpreter's verdict, whatever {@link PcapFilter#matches} runs. */
  public static boolean matches(PcapFilter filter, byte[] packet, int wireLength) {
    return filter.interpreted(new SkbPacket(packet, 0, wireLength, 0, 0, 0, 0, 0));
  }
}
