package io.dropwatch.examples.testbed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Sends raw frames through one device; see packet(7). Not thread-safe. */
public final class PacketSocket implements AutoCloseable {
  private final int fd;
  private boolean closed;

  private PacketSocket(int fd) {
    this.fd = fd;
  }

  /** Opens a socket on a device of {@code namespace}. */
  public static PacketSocket open(Namespace namespace, String device) {
    return namespace.call(
        () -> new PacketSocket(LinuxCalls.packetSocket(LinuxCalls.ifindex(device))));
  }

  /** Sends a frame {@code times} times. */
  public void send(byte[] frame, int times) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment copy = arena.allocateFrom(ValueLayout.JAVA_BYTE, frame);
      for (int i = 0; i < times; i++) {
        LinuxCalls.send(fd, copy);
      }
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      LinuxCalls.close(fd);
    }
  }
}
