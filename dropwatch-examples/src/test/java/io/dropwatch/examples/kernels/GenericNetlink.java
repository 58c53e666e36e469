package io.dropwatch.examples.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Sends generic netlink commands to the kernel and waits for the answers. See netlink(7), {@code
 * linux/netlink.h}, {@code linux/genetlink.h}. Not thread-safe.
 */
final class GenericNetlink implements AutoCloseable {
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW_CLOEXEC = 3 | 0x8_0000;
  private static final int NETLINK_GENERIC = 16;
  private static final int HEADER = 16;
  private static final int GENERIC_HEADER = 4;
  private static final short NLM_F_REQUEST_ACK = 1 | 4;
  private static final int NLMSG_ERROR = 2;
  private static final int NLA_TYPE_MASK = 0x3fff;

  private static final int CONTROLLER = 16;
  private static final int CTRL_CMD_GETFAMILY = 3;
  private static final int CTRL_ATTR_FAMILY_ID = 1;
  private static final int CTRL_ATTR_FAMILY_NAME = 2;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle SOCKET =
      handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SEND = handle("send", transfer());
  private static final MethodHandle RECV = handle("recv", transfer());
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final int fd;
  private final Map<String, Integer> families = new HashMap<>();
  private int sequence;

  private GenericNetlink(int fd) {
    this.fd = fd;
  }

  private static FunctionDescriptor transfer() {
    return FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  }

  private static MethodHandle handle(String name, FunctionDescriptor function) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), function);
  }

  /** Opens a socket in the calling thread's network namespace. */
  static GenericNetlink open() throws IOException {
    try {
      int fd = (int) SOCKET.invokeExact(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_GENERIC);
      if (fd < 0) {
        throw new IOException("no netlink socket");
      }
      return new GenericNetlink(fd);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /**
   * Sends a command and returns the kernel's answer.
   *
   * @param family name of the netlink family
   * @param body the family's own header, if it has one, and attributes
   * @return the body of the answer; empty for an acknowledgement
   * @throws IOException if the kernel returns an error, with its number
   */
  ByteBuffer ask(String family, int command, byte[]... body) throws IOException {
    Integer type = families.get(family);
    if (type == null) {
      byte[] name = attribute(CTRL_ATTR_FAMILY_NAME, string(family));
      ByteBuffer answer = ask("the family " + family, CONTROLLER, CTRL_CMD_GETFAMILY, name);
      type = (int) value(answer, CTRL_ATTR_FAMILY_ID).getShort();
      families.put(family, type);
    }
    return ask("command " + command + " of " + family, type, command, body);
  }

  private ByteBuffer ask(String what, int type, int command, byte[]... body) throws IOException {
    byte[] payload = concat(body);
    byte[] message = new byte[HEADER + GENERIC_HEADER + payload.length];
    ByteBuffer head = inOrder(message);
    head.putInt(message.length).putShort((short) type).putShort(NLM_F_REQUEST_ACK);
    head.putInt(++sequence).putInt(0).put((byte) command).put((byte) 1).putShort((short) 0);
    head.put(payload);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocateFrom(JAVA_BYTE, message);
      if ((long) SEND.invokeExact(fd, out, out.byteSize(), 0) != out.byteSize()) {
        throw new IOException("cannot ask for " + what);
      }
      MemorySegment in = arena.allocate(1 << 16, 8);
      ByteBuffer answer = inOrder(new byte[0]);
      while (true) {
        long received = (long) RECV.invokeExact(fd, in, in.byteSize(), 0);
        if (received <= 0) {
          throw new IOException("no answer about " + what);
        }
        ByteBuffer messages = inOrder(in.asSlice(0, received).toArray(JAVA_BYTE));
        while (messages.remaining() >= HEADER) {
          int start = messages.position();
          int end = start + messages.getInt(start);
          if (messages.getShort(start + 4) == NLMSG_ERROR) {
            int error = messages.getInt(start + HEADER);
            if (error < 0) {
              throw new IOException(what + ": refused with error " + -error);
            }
            return answer;
          }
          answer = slice(messages, start + HEADER + GENERIC_HEADER, end);
          messages.position(Math.min(align(end), messages.limit()));
        }
      }
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** Returns an attribute; its value is the given parts, which may be attributes. */
  static byte[] attribute(int type, byte[]... value) {
    byte[] content = concat(value);
    byte[] attribute = new byte[align(4 + content.length)];
    inOrder(attribute).putShort((short) (4 + content.length)).putShort((short) type).put(content);
    return attribute;
  }

  /** Returns a number in native byte order. */
  static byte[] u32(int number) {
    byte[] bytes = new byte[4];
    inOrder(bytes).putInt(number);
    return bytes;
  }

  /** Returns the text with its terminating 0. */
  static byte[] string(String text) {
    return (text + '\0').getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns the value of an attribute. */
  static ByteBuffer value(ByteBuffer body, int type) throws IOException {
    int at = body.position();
    while (at + 4 <= body.limit()) {
      int length = body.getShort(at) & 0xffff;
      if ((body.getShort(at + 2) & NLA_TYPE_MASK) == type) {
        return slice(body, at + 4, at + length);
      }
      at = align(at + length);
    }
    throw new IOException("the answer has no attribute " + type);
  }

  private static byte[] concat(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer all = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }

  private static ByteBuffer slice(ByteBuffer from, int start, int end) {
    return from.slice(start, end - start).order(ByteOrder.nativeOrder());
  }

  private static ByteBuffer inOrder(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  private static int align(int offset) {
    return (offset + 3) & ~3;
  }

  @Override
  public void close() throws IOException {
    try {
      int _ = (int) CLOSE.invokeExact(fd);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private static IOException rethrown(Throwable e) {
    return switch (e) {
      case IOException known -> known;
      case Error error -> throw error;
      default -> new IOException("native call", e);
    };
  }
}
