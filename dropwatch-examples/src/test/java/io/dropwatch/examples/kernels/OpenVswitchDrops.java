package io.dropwatch.examples.kernels;

import static io.dropwatch.examples.kernels.GenericNetlink.attribute;
import static io.dropwatch.examples.kernels.GenericNetlink.string;
import static io.dropwatch.examples.kernels.GenericNetlink.u32;
import static io.dropwatch.examples.kernels.GenericNetlink.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatcher;
import io.dropwatch.examples.testbed.EthernetFrame;
import io.dropwatch.examples.testbed.Namespace;
import io.dropwatch.examples.testbed.PacketSocket;
import io.dropwatch.examples.testbed.Testbed;
import io.dropwatch.layers.FiveTuple;
import io.dropwatch.output.JsonWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Drops by Open vSwitch, in a datapath with flows that drop the packets they match. Needs the
 * kernel module with its drop reasons (Linux 6.6). Runs in the guests of {@code .ci/other-kernels};
 * not part of {@code mvn verify}.
 *
 * <p>The datapath is created through netlink ({@code linux/openvswitch.h}), as ovs-vswitchd does.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenVswitchDrops {
  private static final int PACKETS = 50;
  private static final String SOURCE_MAC = "02:00:00:00:0c:01";
  private static final String TARGET_MAC = "02:00:00:00:0c:02";
  private static final InetSocketAddress SOURCE =
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 41000);

  /**
   * The actions of a flow, and the drop reason that follows.
   *
   * @param port destination port of the packets
   * @param actions attributes of {@code enum ovs_action_attr}
   */
  private record Action(int port, String reason, List<byte[]> actions) {
    FiveTuple flow() {
      return FiveTuple.of(
          17, SOURCE, new InetSocketAddress(InetAddress.ofLiteral("192.0.2.2"), port));
    }
  }

  private static List<Action> actions() {
    return List.of(
        new Action(7000, "OVS_DROP_LAST_ACTION", List.of()),
        new Action(7001, "OVS_DROP_EXPLICIT", List.of(attribute(24, u32(0)))),
        new Action(7002, "OVS_DROP_EXPLICIT_WITH_ERROR", List.of(attribute(24, u32(7)))),
        // No actions for a packet whose TTL has expired.
        new Action(7003, "OVS_DROP_IP_TTL", List.of(attribute(23, attribute(1)))));
  }

  private final Testbed testbed = Testbed.open();
  private final Namespace host = testbed.namespace("host");
  private final Namespace bridge = testbed.namespace("bridge");

  @BeforeAll
  void makeTheDatapath() throws Exception {
    Programs.run("modprobe", "openvswitch");
    host.ip(
        "link add name eth0 address %s type veth peer name port1 netns %s address %s\nlink set eth0 up\n"
            .formatted(SOURCE_MAC, bridge.name(), TARGET_MAC));
    bridge.ip("link set port1 up\n");
    bridge.call(
        () -> {
          try (GenericNetlink netlink = GenericNetlink.open()) {
            // OVS_DP_ATTR_NAME, OVS_DP_ATTR_UPCALL_PID: no upcalls for packets without a flow.
            netlink.ask(
                "ovs_datapath", 1, u32(0), attribute(1, string("switch0")), attribute(2, u32(0)));
            // OVS_VPORT_ATTR_PORT_NO, _TYPE (a device), _NAME, _UPCALL_PID
            netlink.ask(
                "ovs_vport",
                1,
                datapath(),
                attribute(1, u32(1)),
                attribute(2, u32(1)),
                attribute(3, string("port1")),
                attribute(5, u32(0)));
            for (Action action : actions()) {
              // OVS_FLOW_ATTR_KEY, OVS_FLOW_ATTR_ACTIONS
              netlink.ask(
                  "ovs_flow",
                  1,
                  datapath(),
                  attribute(1, key(action.flow())),
                  attribute(2, action.actions().toArray(byte[][]::new)));
            }
            return "made";
          }
        });
  }

  @AfterAll
  void removeIt() {
    testbed.close();
  }

  private byte[] datapath() {
    return u32(bridge.ifindex("switch0"));
  }

  /**
   * Returns a key with every field of an {@link EthernetFrame}; without a mask the match is exact.
   */
  private static byte[][] key(FiveTuple flow) {
    HexFormat mac = HexFormat.ofDelimiter(":");
    byte[] ipv4 =
        ByteBuffer.allocate(12)
            .put(flow.sourceAddress().bytes())
            .put(flow.destinationAddress().bytes())
            .put((byte) 17)
            .put((byte) 0)
            .put((byte) 1)
            .put((byte) 0)
            .array();
    return new byte[][] {
      attribute(3, u32(1)), // the port
      attribute(4, mac.parseHex(SOURCE_MAC), mac.parseHex(TARGET_MAC)),
      attribute(6, new byte[] {8, 0}),
      attribute(7, ipv4),
      attribute(
          10,
          ByteBuffer.allocate(4)
              .putShort((short) flow.sourcePort())
              .putShort((short) flow.destinationPort())
              .array())
    };
  }

  /** Uses one watcher for all flows, because starting it is slow in an emulator. */
  @Test
  void dropActions_areOneEventPerPacket() throws Exception {
    int packets = PACKETS * actions().size();
    long before = hits();
    List<DropEvent> events = Collections.synchronizedList(new ArrayList<>());
    DropWatcher watcher =
        DropWatcher.builder().filter("udp and src port 41000").onEvent(events::add).start();
    try (watcher;
        PacketSocket socket = PacketSocket.open(host, "eth0")) {
      for (Action action : actions()) {
        byte[] frame = EthernetFrame.of(action.flow()).timeToLive(1).bytes(SOURCE_MAC, TARGET_MAC);
        socket.send(frame, PACKETS);
      }
      Programs.await(() -> events.size() >= packets);
    }

    assertEquals(packets, hits() - before, "by the switch's own count");
    Map<String, Long> seen =
        events.stream()
            .collect(Collectors.groupingBy(OpenVswitchDrops::line, Collectors.counting()));
    Map<String, Long> expected =
        actions().stream()
            .collect(
                Collectors.toMap(
                    action -> line(action.flow(), action.reason()), _ -> (long) PACKETS));
    assertEquals(expected, seen, watcher.statistics()::toString);
    for (DropEvent event : events) {
      assertTrue(event.reason().subsystem() != 0, event::toString);
      assertNotNull(event.reason().explanation());
      assertEquals("port1", Objects.requireNonNull(event.device()).name());
      assertEquals(bridge.inum(), event.networkNamespace().inum());
      assertTrue(event.stack().toString().contains("ovs_execute_actions"), event::toString);
      String json = JsonWriter.format(event);
      assertTrue(json.contains("\"" + event.reason().name() + "\""), json);
    }
  }

  private static String line(DropEvent event) {
    return line(Objects.requireNonNull(event.flow()), event.reason().name());
  }

  private static String line(FiveTuple flow, String reason) {
    return flow + ": " + reason;
  }

  /** Returns the packets that matched a flow: n_hit of struct ovs_dp_stats. */
  private long hits() {
    return bridge.call(
        () -> {
          try (GenericNetlink netlink = GenericNetlink.open()) {
            // OVS_DP_CMD_GET, OVS_DP_ATTR_STATS
            ByteBuffer answer = netlink.ask("ovs_datapath", 3, datapath());
            return value(answer.position(4), 3).getLong();
          }
        });
  }
}
