package io.dropwatch.output;

import io.dropwatch.DropEvent;
import io.dropwatch.layers.Layers;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Writes an event as one line of {@code key=value} and a line for each frame of its stack, in
 * UTF-8. The line begins with the time of the drop. Where they are known, it ends with {@code
 * owner}, {@code cgroup}, {@code netns}, {@code container_id}, {@code stack=shared} for a stack
 * that an earlier drop had, and {@code received}, the time at which the event was read. Spaces,
 * {@code =}, {@code ]}, backslashes and invisible characters in names are escaped, so that the line
 * can be split at its spaces, and no name looks like a field:
 *
 * <pre>{@code
 * 2026-08-04T01:02:03.456789Z IPv4/TCP 10.0.0.1:12345 > 10.0.0.2:443 [ACK|PSH] seq=123 ack=456 win=4096 sk=ESTABLISHED reason=SKB_DROP_REASON_TCP_CSUM drop_source=software drop_location=0xffffffff81000000 len=1500 dev=eth0 pid=1420[worker\x20thread] addr=0xffff888012345678 source=tools
 * 	#0   tcp_v4_rcv+0x1b3
 * 	#1   nft_do_chain+0x11d [nf_tables]
 * }</pre>
 */
public final class TextWriter extends LineWriter {
  /** Whether text has colours, for a terminal that shows them. */
  public enum Style {
    /** No escape sequences, for files and pipes. */
    PLAIN,
    /** ANSI escape sequences: losses in red, less important parts faint. */
    COLOURED
  }

  private final Style style;

  /** Creates a writer of plain text; see {@link #TextWriter(OutputStream, Style)}. */
  public TextWriter(OutputStream stream) {
    this(stream, Style.PLAIN);
  }

  /**
   * Creates a writer to a stream, which {@link #close} closes. Each event is one call of {@link
   * OutputStream#write(byte[], int, int)}: for many events, buffer the stream and flush.
   */
  public TextWriter(OutputStream stream, Style style) {
    super(stream);
    this.style = Objects.requireNonNull(style, "style");
  }

  @Override
  public void write(DropEvent event) {
    byte[] lines = format(event, style).getBytes(StandardCharsets.UTF_8);
    writeLines(lines, lines.length);
  }

  /** Returns the plain lines of an event, each with a newline at its end. */
  public static String format(DropEvent event) {
    return format(event, Style.PLAIN);
  }

  /** Returns the lines of an event, each with a newline at its end. */
  public static String format(DropEvent event, Style style) {
    return new EventText(style).format(event);
  }

  /**
   * Returns a packet as it is shown in the line of an event: the label, then the fields of each
   * header in the order of the wire; without a newline.
   */
  public static String format(Layers layers) {
    StringBuilder out = new StringBuilder();
    LayersText.append(out, layers, null, null);
    return out.toString();
  }
}
