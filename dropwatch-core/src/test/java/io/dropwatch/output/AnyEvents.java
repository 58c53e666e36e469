package io.dropwatch.output;

import io.dropwatch.DropEvent;
import io.dropwatch.DropEventBuilder;
import io.dropwatch.layers.Packets;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.DropSource;
import io.dropwatch.model.KernelStack;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerProcess;
import io.dropwatch.model.OwnerSocket;
import io.dropwatch.model.PacketType;
import io.dropwatch.model.SkbKind;
import io.dropwatch.model.SocketState;
import io.dropwatch.model.StackFrame;
import io.dropwatch.pcapfilter.LinkType;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.arbitraries.LongArbitrary;
import net.jqwik.time.api.DateTimes;
import org.jspecify.annotations.Nullable;

/** Generates events with any value in every field. */
final class AnyEvents {
  private AnyEvents() {}

  static Arbitrary<DropEvent> events() {
    Arbitrary<DropEventBuilder> when =
        Combinators.combine(
                DateTimes.instants().ofPrecision(ChronoUnit.NANOS),
                DateTimes.instants().injectNull(0.5),
                reasons(),
                Arbitraries.strings().injectNull(0.5),
                Arbitraries.of(DropSource.class),
                frames())
            .as(
                (time, received, reason, group, source, location) ->
                    DropEvent.builder()
                        .time(time)
                        .receivedTime(received)
                        .reason(reason)
                        .reasonGroup(group)
                        .source(source)
                        .location(location));
    Arbitrary<DropEventBuilder> whose =
        Combinators.combine(
                when,
                Arbitraries.strings().ofMaxLength(16),
                Arbitraries.integers(),
                Arbitraries.integers(),
                devices().injectNull(0.2),
                namespaces(),
                Arbitraries.integers().between(0, 255).map(SocketState::new).injectNull(0.3))
            .as(
                (event, comm, pid, tid, device, namespace, state) ->
                    event
                        .comm(comm)
                        .pid(pid)
                        .tid(tid)
                        .device(device)
                        .networkNamespace(namespace)
                        .socketState(state));
    Arbitrary<DropEventBuilder> owned =
        Combinators.combine(
                whose,
                Arbitraries.longs(),
                sockets().injectNull(0.3),
                owners(),
                Arbitraries.strings().injectNull(0.5))
            .as(
                (event, taskCgroup, socket, owner, container) ->
                    event
                        .taskCgroupId(taskCgroup)
                        .socket(socket)
                        .owner(owner.withContainerId(container)));
    return Combinators.combine(
            owned,
            kernelAddresses(),
            kernelAddresses(),
            Arbitraries.integers().between(0, 0xffff).list().ofSize(4),
            Arbitraries.integers().greaterOrEqual(0),
            Arbitraries.of(LinkType.ETHERNET, LinkType.RAW_IP),
            packets(),
            stacks())
        .as(
            (event, css, skb, u16, length, linkType, packet, stack) ->
                (u16.get(3) % 5 == 0 ? event : event.skbLength(length / 2))
                    .memoryCgroupCss(css)
                    .skbAddress(skb)
                    .etherType(u16.get(0))
                    .kind(SkbKind.ofFamily(u16.get(2) % 20))
                    .packetType(u16.get(3) % 9 == 8 ? null : PacketType.of(u16.get(3) % 9))
                    .vlan(u16.get(1), u16.get(1) == 0 ? 0 : u16.get(2))
                    .packetLength(length)
                    .packet(linkType, packet)
                    .stack(stack)
                    .build());
  }

  private static Arbitrary<DropReason> reasons() {
    return Combinators.combine(Arbitraries.integers(), Arbitraries.strings()).as(DropReason::new);
  }

  private static Arbitrary<OwnerSocket> sockets() {
    return Combinators.combine(
            Arbitraries.longs(),
            Arbitraries.longs(),
            Arbitraries.longs().between(-1, 0xffff_ffffL),
            Arbitraries.longs())
        .as(OwnerSocket::of);
  }

  private static Arbitrary<Owner> owners() {
    Arbitrary<OwnerProcess> processes =
        Combinators.combine(
                Arbitraries.integers().greaterOrEqual(1), Arbitraries.strings().ofMaxLength(16))
            .as(OwnerProcess::of);
    return Combinators.combine(
            processes.injectNull(0.5),
            Arbitraries.strings().injectNull(0.5),
            Arbitraries.strings().injectNull(0.5))
        .as((process, cgroup, namespace) -> Owner.of(process, cgroup, namespace, null));
  }

  private static Arbitrary<NetworkDevice> devices() {
    return Combinators.combine(
            Arbitraries.strings().ofMaxLength(15),
            Arbitraries.integers(),
            Arbitraries.integers(),
            Arbitraries.integers())
        .as(NetworkDevice::of);
  }

  private static Arbitrary<NetworkNamespace> namespaces() {
    return Combinators.combine(Arbitraries.longs().between(0, 0xffff_ffffL), Arbitraries.longs())
        .as(NetworkNamespace::of);
  }

  private static LongArbitrary kernelAddresses() {
    return Arbitraries.longs();
  }

  private static Arbitrary<byte[]> packets() {
    return Arbitraries.oneOf(
        Arbitraries.of(Packets.frames()),
        damaged(),
        Arbitraries.bytes().array(byte[].class).ofMaxSize(64));
  }

  private static Arbitrary<byte[]> damaged() {
    return Combinators.combine(
            Arbitraries.of(Packets.frames()),
            Arbitraries.integers().between(0, 1000).list().ofMinSize(1).ofMaxSize(4),
            Arbitraries.bytes(),
            Arbitraries.integers().between(14, 200))
        .as(
            (frame, places, value, length) -> {
              byte[] damaged = Arrays.copyOf(frame, Math.min(length, frame.length));
              places.forEach(place -> damaged[place % damaged.length] = value);
              return damaged;
            });
  }

  private static Arbitrary<KernelStack> stacks() {
    return Combinators.combine(frames().list().ofMaxSize(8), Arbitraries.of(true, false))
        .as(
            (frames, shared) ->
                shared ? KernelStack.of(frames).asShared() : KernelStack.of(frames));
  }

  private static Arbitrary<StackFrame> frames() {
    Arbitrary<@Nullable String> names =
        Arbitraries.strings()
            .alpha()
            .numeric()
            .withChars("_.$+-[]/")
            .ofMinLength(1)
            .filter(name -> !name.startsWith("0x"))
            .injectNull(0.3);
    return Combinators.combine(Arbitraries.longs(), names, Arbitraries.longs(), names)
        .as(StackFrame::new);
  }
}
