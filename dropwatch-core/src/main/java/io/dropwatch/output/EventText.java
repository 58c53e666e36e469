package io.dropwatch.output;

import io.dropwatch.DropEvent;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.model.Owner;
import io.dropwatch.model.SkbKind;
import io.dropwatch.model.StackFrame;
import java.util.List;

/** Formats the lines of one event. Not thread-safe; used once. */
final class EventText {
  // Select graphic rendition (ECMA-48, 8.3.117).
  private static final String OFF = "0";
  private static final String BOLD = "1";
  private static final String FAINT = "2";
  private static final String RED = "31";
  private static final String YELLOW = "33";

  private final StringBuilder out = new StringBuilder(512);
  private final TextWriter.Style style;

  EventText(TextWriter.Style style) {
    this.style = style;
  }

  String format(DropEvent event) {
    paint(FAINT);
    out.append(Timestamp.of(event.time()));
    paint(OFF);
    out.append(' ');
    paint(BOLD);
    LayersText.append(out, event.layers(), event.vlan(), event.socketState());
    paint(OFF);
    appendReason(event);
    appendFacts(event);
    String function = event.locationFrame().symbol();
    if (function != null) {
      out.append(" drop_function=");
      Printable.appendField(out, function);
    }
    if (event.stack().shared()) {
      out.append(" stack=shared");
    }
    if (event.receivedTime() != null) {
      out.append(" received=").append(Timestamp.of(event.receivedTime()));
    }
    out.append('\n');
    appendStack(event.stack().frames());
    return out.toString();
  }

  private void appendReason(DropEvent event) {
    DropReason reason = event.reason();
    out.append(" reason=");
    switch (event.nature()) {
      case LOSS -> paint(RED);
      case UNKNOWN -> paint(YELLOW);
      case NORMAL -> paint(OFF);
    }
    if (event.reasonGroup() != null) {
      Printable.appendField(out, event.reasonGroup());
      out.append('/');
    }
    Printable.appendField(out, reason.name());
    paint(OFF);
  }

  private void appendFacts(DropEvent event) {
    out.append(" drop_source=").append(event.source().label());
    if (event.location() != 0) {
      out.append(" drop_location=").append(FrameText.address(event.location()));
    }
    if (event.kind() != SkbKind.PACKET) {
      out.append(" kind=").append(event.kind().label());
    }
    out.append(" len=").append(event.packetLength()).append(" dev=");
    NetworkDevice device = event.device();
    Printable.appendField(out, device == null ? "-" : device.name());
    out.append(" pid=").append(Integer.toUnsignedString(event.pid())).append('[');
    Printable.appendField(out, event.comm());
    out.append("] addr=").append(FrameText.address(event.skbAddress())).append(" source=tools");
    Owner owner = event.owner();
    if (owner.process() != null) {
      out.append(" owner=").append(owner.process().pid()).append('[');
      Printable.appendField(out, owner.process().comm());
      out.append(']');
    }
    if (owner.cgroupPath() != null) {
      out.append(" cgroup=");
      Printable.appendField(out, owner.cgroupPath());
    }
    if (owner.networkNamespaceName() != null) {
      out.append(" netns=");
      Printable.appendField(out, owner.networkNamespaceName());
    }
    if (event.containerId() != null) {
      out.append(" container_id=");
      Printable.appendField(out, event.containerId());
    }
  }

  private void appendStack(List<StackFrame> frames) {
    for (int i = 0; i < frames.size(); i++) {
      paint(FAINT);
      out.append("\t#").append(i).append(i < 10 ? "   " : "  ");
      Printable.append(out, frames.get(i).toString());
      paint(OFF);
      out.append('\n');
    }
  }

  private void paint(String rendition) {
    if (style == TextWriter.Style.COLOURED) {
      out.append("\033[").append(rendition).append('m');
    }
  }
}
