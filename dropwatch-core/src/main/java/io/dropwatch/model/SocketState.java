package io.dropwatch.model;

import java.util.List;

/**
 * {@code sk_state} of the packet's socket at the time of the drop (kernel:
 * include/net/tcp_states.h). Sockets of other protocols borrow the TCP states: a bound UDP socket
 * is {@code CLOSE}, a connected one {@code ESTABLISHED}.
 *
 * @param value the kernel's number, 0 to 255
 */
public record SocketState(int value) {
  private static final List<String> NAMES =
      List.of(
          "unknown",
          "ESTABLISHED",
          "SYN_SENT",
          "SYN_RECV",
          "FIN_WAIT1",
          "FIN_WAIT2",
          "TIME_WAIT",
          "CLOSE",
          "CLOSE_WAIT",
          "LAST_ACK",
          "LISTEN",
          "CLOSING",
          "NEW_SYN_RECV");

  public SocketState {
    if (value < 0 || value > 255) {
      throw new IllegalArgumentException("a socket state is one byte, not " + value);
    }
  }

  /**
   * Returns the state with a name.
   *
   * @throws IllegalArgumentException for a text that {@link #name} never returns
   */
  public static SocketState of(String name) {
    int known = NAMES.indexOf(name);
    if (known >= 0) {
      return new SocketState(known);
    }
    if (name.startsWith("UNKNOWN(") && name.endsWith(")")) {
      var state =
          new SocketState(Integer.parseInt(name, "UNKNOWN(".length(), name.length() - 1, 10));
      if (state.name().equals(name)) {
        return state;
      }
    }
    throw new IllegalArgumentException("not a socket state: '" + name + "'");
  }

  /** Returns {@code ESTABLISHED}, …; {@code UNKNOWN(n)} for a number without a name. */
  public String name() {
    return value < NAMES.size() ? NAMES.get(value) : "UNKNOWN(" + value + ")";
  }

  /** Returns the name. */
  @Override
  public String toString() {
    return name();
  }
}
