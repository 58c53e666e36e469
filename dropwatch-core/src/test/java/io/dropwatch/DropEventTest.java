package io.dropwatch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.dropwatch.layers.Packets;
import io.dropwatch.layers.Vlan;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.DropSource;
import io.dropwatch.model.KernelStack;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerSocket;
import io.dropwatch.model.PacketType;
import io.dropwatch.model.SkbKind;
import io.dropwatch.model.SocketState;
import io.dropwatch.model.StackFrame;
import io.dropwatch.pcapfilter.LinkType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DropEventTest {
  private static final byte[] SYN = Packets.ipv4(6, Packets.tcp(2, new byte[0]));

  static Stream<Arguments> setters() {
    return Stream.of(
        setter("time", event -> event.time(Instant.ofEpochSecond(1))),
        setter("receivedTime", event -> event.receivedTime(Instant.EPOCH)),
        setter("reason", event -> event.reason(DropReason.unnamed(7))),
        setter("reasonGroup", event -> event.reasonGroup("l2_drops")),
        setter("source", event -> event.source(DropSource.HARDWARE)),
        setter("location", event -> event.location(1)),
        setter("locationFrame", event -> event.location(new StackFrame(7, "tcp_v4_rcv", 0, null))),
        setter("comm", event -> event.comm("curl")),
        setter("pid", event -> event.pid(1)),
        setter("tid", event -> event.tid(1)),
        setter("taskCgroupId", event -> event.taskCgroupId(5)),
        setter("socket", event -> event.socket(OwnerSocket.of(1, 2, 3, 4))),
        setter("owner", event -> event.owner(Owner.of(null, "/a", null, null))),
        setter("containerId", event -> event.containerId("a1b2")),
        setter("device", event -> event.device(NetworkDevice.of("eth0", 1, 0, 0))),
        setter("networkNamespace", event -> event.networkNamespace(NetworkNamespace.of(1, 0))),
        setter("socketState", event -> event.socketState(new SocketState(1))),
        setter("memoryCgroupCss", event -> event.memoryCgroupCss(1)),
        setter("skbAddress", event -> event.skbAddress(1)),
        setter("skbLength", event -> event.skbLength(0)),
        setter("etherType", event -> event.etherType(0x800)),
        setter("kind", event -> event.kind(SkbKind.NETLINK)),
        setter("packetType", event -> event.packetType(PacketType.OTHERHOST)),
        setter("vlan", event -> event.vlan(0x8100, 5)),
        setter("packetLength", event -> event.packetLength(1)),
        setter("linkType", event -> event.packet(LinkType.RAW_IP, new byte[0])),
        setter("packet", event -> event.packet(LinkType.ETHERNET, new byte[1])),
        setter("stack", event -> event.stack(KernelStack.of(List.of(StackFrame.unknown(0xfff))))));
  }

  private static Arguments setter(String name, UnaryOperator<DropEventBuilder> setter) {
    return arguments(name, setter);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("setters")
  void equals_oneMemberDiffers_isNotEqual(String name, UnaryOperator<DropEventBuilder> setter) {
    DropEvent empty = DropEvent.builder().build();
    DropEvent event = setter.apply(DropEvent.builder()).build();
    DropEvent same = setter.apply(DropEvent.builder()).build();

    assertEquals(event, same, name);
    assertEquals(event.hashCode(), same.hashCode(), name);
    assertNotEquals(empty, event, name);
    assertEquals(event, event.toBuilder().build(), name);
    assertEquals(empty, DropEvent.builder().build());
  }

  @Test
  void packet_arrayIsChanged_eventKeepsItsBytes() {
    byte[] bytes = SYN.clone();
    DropEvent event = DropEvent.builder().packet(LinkType.RAW_IP, bytes).build();
    bytes[0] = 0;
    event.packet()[0] = 0;

    assertArrayEquals(SYN, event.packet());
    assertEquals("IPv4/TCP", event.layers().label());
  }

  @Test
  void equals_unresolvedSymbols_looksUpNone() {
    LongFunction<StackFrame> symbols =
        address -> {
          throw new AssertionError("looked up " + address);
        };
    DropEventBuilder event =
        DropEvent.builder()
            .location(1, symbols)
            .stack(KernelStack.resolving(new long[] {1, 2}, symbols));
    DropEvent other = event.stack(KernelStack.resolving(new long[] {1, 2}, symbols)).build();

    assertEquals(event.build(), other);
    assertNotEquals(event.stack(KernelStack.resolving(new long[] {1, 3}, symbols)).build(), other);
  }

  @Test
  void withoutKernelAddresses_keepsFunctionsAndOffsets() {
    DropEvent event = dropIn("tcp_v4_rcv").withoutKernelAddresses();

    assertEquals(0, event.location());
    assertEquals(0, event.skbAddress());
    assertEquals(0, event.memoryCgroupCss());
    assertEquals(new StackFrame(0, "tcp_v4_rcv", 3, "ip"), event.locationFrame());
    assertEquals(
        List.of(new StackFrame(0, "tcp_v4_rcv", 3, "ip"), StackFrame.unknown(0)),
        event.stack().frames());
    assertEquals("curl", event.comm());
    assertEquals(event, event.withoutKernelAddresses());
  }

  @Test
  void equals_withoutKernelAddresses_comparesFunctions() {
    DropEvent event = dropIn("tcp_v4_rcv").withoutKernelAddresses();
    DropEvent other = dropIn("udp_rcv").withoutKernelAddresses();

    assertEquals(event, dropIn("tcp_v4_rcv").withoutKernelAddresses());
    assertNotEquals(event, other);
    assertNotEquals(event, event.toBuilder().stack(other.stack()).build());
    assertNotEquals(event, event.toBuilder().location(other.locationFrame()).build());
    assertNotEquals(event.stack(), other.stack());
    assertNotEquals(event.stack().hashCode(), other.stack().hashCode());
  }

  @Test
  void withoutAddresses_calledTwice_sameStack() {
    KernelStack stack = dropIn("tcp_v4_rcv").stack();

    assertSame(stack.withoutAddresses(), stack.withoutAddresses());
  }

  private static DropEvent dropIn(String function) {
    StackFrame frame = new StackFrame(0xffffffff81000123L, function, 3, "ip");
    return DropEvent.builder()
        .comm("curl")
        .skbAddress(0xffff888012345678L)
        .memoryCgroupCss(0xffff888012340000L)
        .location(frame)
        .stack(KernelStack.of(List.of(frame, new StackFrame(0xffffffff81000456L, null, 9, null))))
        .build();
  }

  @Test
  void layers_calledTwice_sameObject() {
    DropEvent event = DropEvent.builder().packet(LinkType.RAW_IP, SYN).build();

    assertSame(event.layers(), event.layers());
  }

  @Test
  void flow_isThatOfTheLayers() {
    DropEvent event = DropEvent.builder().packet(LinkType.RAW_IP, SYN).build();

    assertEquals("tcp 10.0.1.5:54321 > 10.0.2.10:8080", String.valueOf(event.flow()));
    assertEquals(event.layers().flow(), event.flow());
    assertNull(DropEvent.builder().build().flow());
  }

  @Test
  void layers_noMacHeader_decodesByEtherType() {
    DropEvent event =
        DropEvent.builder().etherType(0x0806).packet(LinkType.RAW_IP, Packets.arp()).build();

    assertEquals("ARP", event.layers().label());
  }

  @Test
  void vlan_strippedTag_isNotInLayers() {
    DropEvent event = DropEvent.builder().etherType(0x0800).vlan(0x88a8, 0xf005).build();

    assertEquals(new Vlan(0x88a8, 7, true, 5, 0x0800), event.vlan());
    assertTrue(event.layers().vlans().isEmpty());
    assertNull(DropEvent.builder().etherType(0x0800).build().vlan());
  }

  @ParameterizedTest
  @MethodSource("comms")
  void comm_bytes_endAtFirstNul(byte[] bytes, String comm) {
    assertEquals(comm, DropEvent.builder().comm(bytes).build().comm());
  }

  static Stream<Arguments> comms() {
    return Stream.of(
        arguments("nginx\0rest".getBytes(StandardCharsets.UTF_8), "nginx"),
        arguments("sixteen-bytes-16".getBytes(StandardCharsets.UTF_8), "sixteen-bytes-16"),
        arguments(new byte[0], ""),
        arguments(new byte[] {'a', (byte) 0xff, 'b', (byte) 0xc3}, "a\ufffdb\ufffd"));
  }

  @Test
  void builder_outOfRange_throws() {
    DropEventBuilder event = DropEvent.builder();

    assertThrows(IllegalArgumentException.class, () -> event.etherType(0x10000));
    assertThrows(IllegalArgumentException.class, () -> event.vlan(-1, 0));
    assertThrows(IllegalArgumentException.class, () -> event.packetLength(-1));
  }

  @Test
  void toString_event_namesTimeLayersReasonAndDevice() {
    DropEvent event =
        DropEvent.builder()
            .reason(new DropReason(2, "SKB_DROP_REASON_NOT_SPECIFIED"))
            .packet(LinkType.RAW_IP, SYN)
            .packetLength(40)
            .pid(12)
            .build();

    assertEquals(
        "DropEvent[1970-01-01T00:00:00Z IPv4/TCP SKB_DROP_REASON_NOT_SPECIFIED len=40 dev=-"
            + " pid=12]",
        event.toString());
  }
}
