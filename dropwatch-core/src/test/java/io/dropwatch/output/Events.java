package io.dropwatch.output;

import io.dropwatch.DropEvent;
import io.dropwatch.DropEventBuilder;
import io.dropwatch.layers.Packets;
import io.dropwatch.layers.Tcp;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.KernelStack;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerProcess;
import io.dropwatch.model.OwnerSocket;
import io.dropwatch.model.PacketType;
import io.dropwatch.model.SocketState;
import io.dropwatch.model.StackFrame;
import io.dropwatch.pcapfilter.LinkType;
import java.time.Instant;
import java.util.List;

/** An event that tests of the writers share. */
final class Events {
  private Events() {}

  /** An event with a value in every field. */
  static DropEventBuilder sample() {
    return DropEvent.builder()
        .time(Instant.parse("2026-06-20T08:30:12.123456789Z"))
        .reason(new DropReason(5, "SKB_DROP_REASON_TCP_CSUM"))
        .location(new StackFrame(0xffffffff81000123L, "tcp_v4_rcv", 291, null))
        .comm("nginx")
        .pid(4521)
        .tid(4522)
        .taskCgroupId(1)
        .socket(OwnerSocket.of(77, 91234, 33, 5120))
        .owner(
            Owner.of(
                OwnerProcess.of(4500, "nginx"), "/system.slice/nginx.service", "web", "a1b2c3d4"))
        .device(NetworkDevice.of("eth0", 2, 0x11043, 1))
        .networkNamespace(NetworkNamespace.of(4026531840L, 1))
        .socketState(new SocketState(2))
        .memoryCgroupCss(0xffff888100000000L)
        .skbAddress(0xffff888012345678L)
        .skbLength(40)
        .etherType(0x0800)
        .packetType(PacketType.HOST)
        .packetLength(74)
        .packet(
            LinkType.ETHERNET,
            Packets.ether(0x0800, Packets.ipv4(6, Packets.tcp(Tcp.SYN, new byte[20]))))
        .stack(
            KernelStack.of(
                List.of(
                    new StackFrame(0xffffffff81000010L, "kfree_skb", 16, null),
                    new StackFrame(0xffffffff81000123L, "tcp_v4_rcv", 291, null),
                    new StackFrame(0xffffffffc0000123L, "tcp_rcv_established", 3, "tcp_mod"))));
  }
}
