package io.dropwatch.examples.e2e;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropCounter;
import io.dropwatch.DropEvent;
import io.dropwatch.DropWatcher;
import io.dropwatch.examples.testbed.LinuxCalls;
import io.dropwatch.examples.testbed.Namespace;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.layers.Layers;
import io.dropwatch.model.SkbKind;
import io.dropwatch.output.JsonWriter;
import io.dropwatch.output.TextWriter;
import io.dropwatch.pcapfilter.SkbFilter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Dropped sk_buffs that are no packets: messages that a socket had not read when it was closed. */
class SocketMessagesIT {
  private static final int AF_UNIX = 1;
  private static final int AF_NETLINK = 16;

  /** Their bytes in a message header look like the EtherTypes of IPv4, ARP, IPv6 and VLAN. */
  private static final List<Integer> PORTS = List.of(0x0008, 0x0608, 0xdd86, 0x0081);

  private static final String PACKETS = "ip or arp or ip6 or vlan";

  private static final MethodHandle BIND =
      LinuxCalls.function("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SEND =
      LinuxCalls.function("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle SOCKET_PAIR =
      LinuxCalls.function("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);

  /** Asks for all devices and closes the socket without reading the answer. */
  private static void dropNetlinkDump(int port) {
    int fd = LinuxCalls.socket(AF_NETLINK, LinuxCalls.SOCK_RAW_CLOEXEC);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(12, 4);
      address.set(JAVA_SHORT, 0, (short) AF_NETLINK);
      address.set(JAVA_INT, 4, port);
      LinuxCalls.call("bind a netlink socket", BIND, fd, address, 12);
      // struct nlmsghdr and struct ifinfomsg: RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP.
      MemorySegment request = arena.allocate(32, 4);
      request.set(JAVA_INT, 0, 32);
      request.set(JAVA_SHORT, 4, (short) 18);
      request.set(JAVA_SHORT, 6, (short) 0x301);
      LinuxCalls.call("send a netlink request", SEND, fd, request, 32L, 0);
    } finally {
      LinuxCalls.close(fd);
    }
  }

  private static void dropUnixMessage() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(8, 4);
      LinuxCalls.call(
          "socketpair", SOCKET_PAIR, AF_UNIX, LinuxCalls.SOCK_RAW_CLOEXEC & ~1, 0, pair);
      int sender = pair.get(JAVA_INT, 0);
      MemorySegment message = arena.allocate(100);
      message.fill((byte) 0x45);
      LinuxCalls.call("send", SEND, sender, message, message.byteSize(), 0);
      LinuxCalls.close(sender);
      LinuxCalls.close(pair.get(JAVA_INT, 4));
    }
  }

  private static Object drop(Namespace namespace) {
    return namespace.call(
        () -> {
          PORTS.forEach(SocketMessagesIT::dropNetlinkDump);
          dropUnixMessage();
          return PORTS;
        });
  }

  @Test
  void messagesOfSockets_areNoPackets() throws Exception {
    try (RoutedNetwork network = RoutedNetwork.open()) {
      Namespace client = network.client();
      EventLog all = new EventLog();
      EventLog packets = new EventLog();
      DropCounter counter = DropCounter.builder().start();
      try (DropWatcher _ = DropWatcher.builder().noiseRules(List.of()).onEvent(all).start();
          DropWatcher _ =
              DropWatcher.builder().noiseRules(List.of()).filter(PACKETS).onEvent(packets).start();
          counter) {
        assertEquals(PORTS, drop(client));
        long end = System.nanoTime() + 10_000_000_000L;
        while (messages(all, client, SkbKind.NETLINK).size() < PORTS.size()
            && System.nanoTime() < end) {
          LockSupport.parkNanos(10_000_000);
        }
      }
      List<DropEvent> netlink = messages(all, client, SkbKind.NETLINK);
      assertTrue(netlink.size() >= PORTS.size(), () -> all.by(DropEvent::toString).toString());
      List<DropEvent> unix = messages(all, client, SkbKind.UNIX);
      assertFalse(unix.isEmpty(), () -> all.by(DropEvent::toString).toString());
      netlink.forEach(event -> check(event, "netlink"));
      unix.forEach(event -> check(event, "unix"));
      // Other programs on the machine may drop packets, but in their own namespaces.
      assertEquals(
          List.of(),
          packets.events().stream()
              .filter(event -> event.networkNamespace().inum() == client.inum())
              .filter(event -> event.device() == null)
              .toList());
      long counted =
          counter.snapshot().counts().entrySet().stream()
              .filter(each -> each.getKey().networkNamespace().inum() == client.inum())
              .filter(each -> each.getKey().protocolLabel().equals("unknown"))
              .mapToLong(each -> each.getValue())
              .sum();
      assertTrue(counted >= PORTS.size() + 1, () -> counter.snapshot().counts().toString());
    }
  }

  private static List<DropEvent> messages(EventLog log, Namespace namespace, SkbKind kind) {
    return log.events().stream()
        .filter(event -> event.networkNamespace().inum() == namespace.inum())
        .filter(event -> event.kind() == kind)
        .toList();
  }

  private static void check(DropEvent event, String kind) {
    assertEquals(0, event.etherType(), event::toString);
    assertEquals(0, event.packet().length, event::toString);
    assertEquals(Layers.decode(event.linkType(), new byte[0], 0), event.layers());
    assertFalse(SkbFilter.compile(PACKETS).matches(event.skbPacket()), event::toString);
    assertTrue(TextWriter.format(event).contains(" kind=" + kind + " len="), event::toString);
    assertTrue(JsonWriter.format(event).contains("\"kind\":\"" + kind + "\""), event::toString);
  }
}
