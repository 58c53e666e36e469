package io.dropwatch.internal.record;

import static io.dropwatch.internal.record.RecordLayout.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.DropSource;
import io.dropwatch.model.KernelStack;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerProcess;
import io.dropwatch.model.OwnerQuery;
import io.dropwatch.model.OwnerSocket;
import io.dropwatch.model.SkbKind;
import io.dropwatch.model.SocketState;
import io.dropwatch.model.StackFrame;
import io.dropwatch.pcapfilter.LinkType;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordDecoderTest {
  private static final byte[] MAC_HEADER = hex("aabbccddeeff 112233445566 0800");
  private static final byte[] IP = hex("45000014000040004011000001020304 05060708");

  private final WallClock clock = new WallClock();
  private final RecordDecoder decoder =
      new RecordDecoder(
          clock, n -> new DropReason(n, "REASON_" + n), time -> StackFrame::unknown, 16);

  @Test
  void owner_hasTheKernelsNumbers() throws MalformedRecordException {
    Owner owner = Owner.of(OwnerProcess.of(7, "nginx"), "/web", "blue", null);
    MemorySegment record =
        new RecordBytes()
            .u16(FLAGS, HAS_SOCKET | HAS_OWNER)
            .u64(PID_TGID, 9L << 32)
            .u64(SOCKET_COOKIE, 1)
            .u64(SOCKET_INODE, 2)
            .u64(SOCKET_CGROUP, -3)
            .u64(TASK_CGROUP, 4)
            .u32(SOCKET_UID, -2)
            .u32(NETNS_INUM, 6)
            .record();
    var socket = OwnerSocket.of(1, 2, 0xffff_fffeL, -3);
    OwnerQuery query =
        OwnerQuery.builder()
            .socket(socket)
            .networkNamespace(NetworkNamespace.of(6, 0))
            .pid(9)
            .taskCgroupId(4)
            .build();

    assertEquals(query, decoder.owner(record));
    DropEvent event = decoder.decode(record, null, query, owner);
    assertEquals(socket, event.socket());
    assertEquals(9, event.pid());
    assertEquals(4, event.taskCgroupId());
    assertEquals(NetworkNamespace.of(6, 0), event.networkNamespace());
    assertEquals(owner, event.owner());
    assertThrows(
        MalformedRecordException.class, () -> decoder.owner(record.asSlice(0, WINDOW - 1)));
  }

  @Test
  void decode_socketWithoutOwner_hasNoUser() throws MalformedRecordException {
    DropEvent event =
        decode(new RecordBytes().u16(FLAGS, HAS_SOCKET).u64(SOCKET_COOKIE, 5).u8(SOCKET_STATE, 6));

    assertEquals(OwnerSocket.of(5, 0, OwnerSocket.NO_USER, 0), event.socket());
  }

  @Test
  void decode_everyField() throws MalformedRecordException {
    long now = System.nanoTime();
    DropEvent event =
        decode(
            new RecordBytes()
                .u16(FLAGS, HAS_REASON | HAS_DEVICE | HAS_SOCKET)
                .u64(TIME, now)
                .u64(PID_TGID, 1420L << 32 | 1421)
                .text(COMM, "worker thread")
                .u64(SKB, 0xffff888012345678L)
                .u32(SKB_LENGTH, 40)
                .u64(LOCATION, 0xffffffff81000000L)
                .u64(NETNS_COOKIE, 7)
                .u64(MEMORY_CGROUP, 0xffff888000000001L)
                .u32(REASON, 12)
                .u32(NETNS_INUM, (int) 4026531833L)
                .text(DEVICE_NAME, "eth0")
                .u32(IFINDEX, 2)
                .u32(DEVICE_FLAGS, 0x11043)
                .u16(QUEUE_MAPPING, 3)
                .u8(SOCKET_STATE, 7)
                .u16(SOCKET_FAMILY, 10)
                .u16(PROTOCOL, 0x86dd)
                .packet());

    assertEquals(
        0,
        Duration.between(clock.at(now), event.time()).toNanos(),
        "the kernel's time, not the reader's");
    assertEquals(1420, event.pid());
    assertEquals(1421, event.tid());
    assertEquals("worker thread", event.comm());
    assertEquals(0xffff888012345678L, event.skbAddress());
    assertEquals(Integer.valueOf(40), event.skbLength());
    assertEquals(0xffffffff81000000L, event.location());
    assertEquals(NetworkNamespace.of(4026531833L, 7), event.networkNamespace());
    assertEquals(0xffff888000000001L, event.memoryCgroupCss());
    assertEquals(new DropReason(12, "REASON_12"), event.reason());
    assertEquals(NetworkDevice.of("eth0", 2, 0x11043, 3), event.device());
    assertEquals(new SocketState(7), event.socketState());
    assertEquals(0x86dd, event.etherType());
    assertEquals(DropSource.SOFTWARE, event.source());
  }

  @Test
  void decode_hardwareDrop_hasTheTrapAsReason() throws MalformedRecordException {
    DropEvent event =
        decode(
            new RecordBytes()
                .packet(new byte[21])
                .stack(0xffffffff81000000L)
                .trap("blackhole_route", "l3_drops"));

    assertEquals(DropSource.HARDWARE, event.source());
    assertEquals(new DropReason(-1, "blackhole_route"), event.reason());
    assertEquals("l3_drops", event.reasonGroup());
    assertEquals(1, event.stack().frames().size());
  }

  @Test
  void decode_messageOfSocket_hasItsKind() throws MalformedRecordException {
    Map<Integer, SkbKind> kinds =
        Map.of(
            0, SkbKind.PACKET, // a TUN socket
            1, SkbKind.UNIX,
            2, SkbKind.PACKET,
            10, SkbKind.PACKET,
            16, SkbKind.NETLINK,
            17, SkbKind.PACKET,
            31, SkbKind.BLUETOOTH,
            40, SkbKind.VSOCK,
            41, SkbKind.OTHER,
            44, SkbKind.PACKET);
    for (Map.Entry<Integer, SkbKind> each : kinds.entrySet()) {
      RecordBytes record =
          new RecordBytes().u16(FLAGS, HAS_SOCKET).u16(SOCKET_FAMILY, each.getKey());
      assertEquals(each.getValue(), decode(record).kind(), each::toString);
      // A frame of such a socket on a device, such as one of AF_CAN, has an EtherType.
      assertEquals(SkbKind.PACKET, decode(record.u16(PROTOCOL, 0x000c)).kind(), each::toString);
    }
  }

  @Test
  void decode_truncatedTrap_isMalformed() {
    MemorySegment record =
        new RecordBytes().packet(new byte[21]).trap("blackhole_route", "l3_drops").record();

    assertThrows(
        MalformedRecordException.class,
        () -> decoder.decode(record.asSlice(0, record.byteSize() - 1), null));
  }

  @Test
  void decode_withoutFlags_ignoresTheFields() throws MalformedRecordException {
    DropEvent event =
        decode(
            new RecordBytes()
                .u32(REASON, 12)
                .text(DEVICE_NAME, "stale")
                .u32(IFINDEX, 2)
                .u8(SOCKET_STATE, 1));

    assertEquals(DropReason.NOT_SUPPORTED, event.reason());
    assertNull(event.device());
    assertNull(event.socketState());
    assertEquals(0, event.packet().length);
  }

  @Test
  void decode_packetSocket_hasNoSocketState() throws MalformedRecordException {
    DropEvent event =
        decode(new RecordBytes().u16(FLAGS, HAS_SOCKET).u8(SOCKET_STATE, 7).u16(SOCKET_FAMILY, 17));

    assertNull(event.socketState());
  }

  @Test
  void decode_withMacHeader_isEthernet() throws MalformedRecordException {
    DropEvent event = decode(new RecordBytes().packet(IP).mac(MAC_HEADER).u32(WIRE_LENGTH, 1486));

    assertEquals(LinkType.ETHERNET, event.linkType());
    assertArrayEquals(join(MAC_HEADER, IP), event.packet());
    assertEquals(1500, event.packetLength());
  }

  @Test
  void decode_withoutMacHeader_isRawIp() throws MalformedRecordException {
    DropEvent event = decode(new RecordBytes().packet(IP).u16(PROTOCOL, 0x0800));

    assertEquals(LinkType.RAW_IP, event.linkType());
    assertArrayEquals(IP, event.packet());
    assertEquals(IP.length, event.packetLength());
  }

  @Test
  void decode_tagInFrame_isInsertedAgain() throws MalformedRecordException {
    DropEvent event =
        decode(
            new RecordBytes()
                .u16(FLAGS, TAG_IN_FRAME)
                .packet(IP)
                .mac(MAC_HEADER)
                .u16(PROTOCOL, 0x0800)
                .u16(VLAN_PROTO, 0x8100)
                .u16(VLAN_TCI, 0x6005));

    assertArrayEquals(join(hex("aabbccddeeff 112233445566 8100 6005 0800"), IP), event.packet());
    assertEquals(18 + IP.length, event.packetLength());
    assertNull(event.vlan(), "the kernel had not stripped it");
  }

  @Test
  void decode_strippedTag_isNotInserted() throws MalformedRecordException {
    DropEvent event =
        decode(
            new RecordBytes()
                .packet(IP)
                .mac(MAC_HEADER)
                .u16(VLAN_PROTO, 0x8100)
                .u16(VLAN_TCI, 0x6005));

    assertArrayEquals(join(MAC_HEADER, IP), event.packet());
    assertNotNull(event.vlan());
  }

  @Test
  void decode_stack_hasNoFramesOfTracing() throws MalformedRecordException {
    DropEvent event =
        decode(new RecordBytes().u64(LOCATION, 30).packet(hex("45")).stack(5, 6, 20, 30, 40));

    assertEquals(
        "0x14\n0x1e\n0x28", event.stack().toString(), "from the caller of the tracepoint on");
  }

  @Test
  void decode_stackReference_isTheStackOfItsDefinition() throws MalformedRecordException {
    DropEvent first = decode(walked(100, 30, 7));
    assertFalse(first.stack().shared());

    DropEvent second = decode(sharing(200, 100, 30, 7));
    assertTrue(second.stack().shared());
    assertEquals(first.stack(), second.stack());
    assertEquals("0x14\n0x1e\n0x28", second.stack().toString());
  }

  @ParameterizedTest
  @CsvSource({"101, 30, 7", "100, 31, 7", "100, 30, 8"})
  void decode_unknownStackReference_hasNoStack(long time, long location, int reason)
      throws MalformedRecordException {
    decode(walked(100, 30, 7));

    KernelStack none = decode(sharing(200, time, location, reason)).stack();
    assertEquals(0, none.depth());
    assertFalse(none.shared());
  }

  @Test
  void decode_stackWithoutDefinitionFlag_isNotShared() throws MalformedRecordException {
    decode(walked(100, 30, 7).u16(FLAGS, HAS_REASON));

    assertEquals(0, decode(sharing(200, 100, 30, 7)).stack().depth());
  }

  @Test
  void decode_keepsTheMostRecentlyUsedStacks() throws MalformedRecordException {
    for (int i = 1; i <= 3 * SharedStacks.MAX_STACKS; i++) {
      decode(walked(i, 30, 7));
      assertEquals(3, decode(sharing(i, i, 30, 7)).stack().depth());
      assertEquals(3, decode(sharing(i, 1, 30, 7)).stack().depth(), "used all the time");
    }
    assertEquals(0, decode(sharing(0, 2, 30, 7)).stack().depth(), "long ago");
  }

  @Test
  void decode_stackReferenceOfOtherLength_isMalformed() {
    RecordBytes two = new RecordBytes().u16(FLAGS, STACK_REFERENCE).stack(1, 2);

    assertThrows(MalformedRecordException.class, () -> decode(two));
  }

  @Test
  void view_stackReference_hasTheStack() throws MalformedRecordException {
    RecordView view = new RecordView(new WallClock());
    MemorySegment first = walked(100, 30, 7).record();
    view.at(first, 0, (int) first.byteSize());
    assertEquals(5, view.stackDepth());
    assertFalse(view.hasSharedStack());

    MemorySegment second = sharing(200, 100, 30, 7).record();
    view.at(second, 0, (int) second.byteSize());
    assertTrue(view.hasSharedStack());
    assertEquals(5, view.stackDepth());
    assertEquals(40, view.stackAddress(4));

    MemorySegment third = sharing(200, 99, 30, 7).record();
    view.at(third, 0, (int) third.byteSize());
    assertEquals(0, view.stackDepth());
    assertFalse(view.hasSharedStack());
  }

  private static RecordBytes walked(long time, long location, int reason) {
    return new RecordBytes()
        .u16(FLAGS, HAS_REASON | STACK_DEFINITION)
        .u64(TIME, time)
        .u64(LOCATION, location)
        .u32(REASON, reason)
        .stack(5, 6, 20, 30, 40);
  }

  private static RecordBytes sharing(long time, long of, long location, int reason) {
    return new RecordBytes()
        .u16(FLAGS, HAS_REASON | STACK_REFERENCE)
        .u64(TIME, time)
        .u64(LOCATION, location)
        .u32(REASON, reason)
        .stack(of);
  }

  @Test
  void decode_receivedTime() throws MalformedRecordException {
    assertEquals(
        Instant.EPOCH, decoder.decode(new RecordBytes().record(), Instant.EPOCH).receivedTime());
  }

  @Test
  void decode_otherVersion_isMalformed() {
    MalformedRecordException failure =
        assertThrows(
            MalformedRecordException.class, () -> decode(new RecordBytes().u16(VERSION_OFFSET, 9)));

    assertEquals("a record has version 9, must be 6", failure.getMessage());
  }

  @Property
  void decode_anyBytes_isAnEventOrMalformed(@ForAll @Size(max = 600) byte[] bytes) {
    assertEventOrMalformed(MemorySegment.ofArray(bytes));
  }

  @Property
  void decode_validHeaderAndAnyBytes_isAnEventOrMalformed(
      @ForAll @Size(value = 400) byte[] bytes,
      @ForAll @IntRange(max = 400) int length,
      @ForAll @IntRange(max = 300) int captured,
      @ForAll @IntRange(max = 1100) int stackBytes) {
    MemorySegment raw = MemorySegment.ofArray(bytes);
    raw.set(U16, VERSION_OFFSET, (short) VERSION);
    raw.set(U16, CAPTURED, (short) captured);
    raw.set(U16, STACK_BYTES, (short) stackBytes);
    raw.set(U32, MAC_LENGTH, (bytes[0] & 2) == 0 ? 0 : MAC_BYTES);
    assertEventOrMalformed(raw.asSlice(0, length));
  }

  private void assertEventOrMalformed(MemorySegment raw) {
    @Nullable DropEvent event;
    try {
      event = decoder.decode(raw, null);
    } catch (MalformedRecordException _) {
      return;
    }
    assertNotNull(event.layers());
    assertNotNull(event.stack().frames());
    assertNotNull(event.toString());
  }

  private DropEvent decode(RecordBytes bytes) throws MalformedRecordException {
    return decoder.decode(bytes.record(), null);
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] both = new byte[first.length + second.length];
    System.arraycopy(first, 0, both, 0, first.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
