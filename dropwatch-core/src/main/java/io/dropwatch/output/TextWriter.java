package io.dropwatch.output;

import io.dropwatch.DropEvent;
import io.dropwatch.NetworkDevice;
import io.dropwatch.StackFrame;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes an event as one line of {@code key=value} and a line for each frame of its stack, in
 * UTF-8:
 *
 * <pre>{@code
 * 2026-08-04T01:02:03.456789Z IPv4/TCP 10.0.0.1:12345 > 10.0.0.2:443 [ACK|PSH] seq=123 ack=456 win=4096 sk=ESTABLISHED reason=SKB_DROP_REASON_TCP_CSUM drop_source=software drop_location=0xffffffff81000000 len=1500 dev=eth0 pid=1420[worker thread] addr=0xffff888012345678 source=tools
 * 	#0   tcp_v4_rcv+0x1b3
 * 	#1   nft_do_chain+0x11d [nf_tables]
 * }</pre>
 */
public final class TextWriter implements EventWriter {
  private final LineOutput output;

  /**
   * A writer to a stream that it closes in the end. Each event is one call of {@link
   * OutputStream#write(byte[])}: buffer the stream where many events are expected, and flush.
   */
  public TextWriter(OutputStream stream) {
    this.output = new LineOutput(stream);
  }

  @Override
  public void write(DropEvent event) {
    output.write(format(event).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void flush() {
    output.flush();
  }

  @Override
  public void close() {
    output.close();
  }

  /** The lines of an event, each ended by a newline. */
  public static String format(DropEvent event) {
    var out = new StringBuilder(512);
    out.append(Timestamp.of(event.time())).append(' ');
    LayersText.append(out, event.layers(), event);
    appendFacts(out, event);
    out.append('\n');
    appendStack(out, event.stack().frames());
    return out.toString();
  }

  private static void appendFacts(StringBuilder out, DropEvent event) {
    out.append(" reason=");
    if (event.reasonGroup() != null) {
      Printable.append(out, event.reasonGroup());
      out.append('/');
    }
    Printable.append(out, event.reason().name());
    out.append(" drop_source=").append(event.source().label());
    if (event.location() != 0) {
      out.append(" drop_location=").append(Pointer.of(event.location()));
    }
    out.append(" len=").append(event.packetLength()).append(" dev=");
    NetworkDevice device = event.device();
    Printable.append(out, device == null ? "-" : device.name());
    out.append(" pid=").append(Integer.toUnsignedString(event.pid())).append('[');
    Printable.append(out, event.comm());
    out.append("] addr=").append(Pointer.of(event.skbAddress())).append(" source=tools");
    if (event.containerId() != null) {
      out.append(" container_id=");
      Printable.append(out, event.containerId());
    }
  }

  private static void appendStack(StringBuilder out, List<StackFrame> frames) {
    for (int i = 0; i < frames.size(); i++) {
      out.append("\t#").append(i).append(i < 10 ? "   " : "  ");
      Printable.append(out, frames.get(i).toString());
      out.append('\n');
    }
  }
}
