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
import io.dropwatch.examples.testbed.Namespace;
import io.dropwatch.examples.testbed.PacketSocket;
import io.dropwatch.examples.testbed.Testbed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Drops by the kernel's Wi-Fi stack, with two simulated radios (mac80211_hwsim). Needs these
 * modules with drop reasons of mac80211 (Linux 6.5). Runs in the guests of {@code
 * .ci/other-kernels}; not part of {@code mvn verify}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WirelessDrops {
  private static final int FRAMES = 20;

  /** Frame control of an action frame, duration; {@code IEEE 802.11-2020}, 9.3.3.13. */
  private static final String ACTION = "d000 0000";

  private static final String REASON = "RX_DROP_U_RUNT_ACTION";

  private final Testbed testbed = Testbed.open();
  private final Namespace air = testbed.namespace("air");

  @BeforeAll
  void makeTheRadios() throws Exception {
    Programs.run("modprobe", "mac80211_hwsim", "radios=0");
    air.call(
        () -> {
          try (GenericNetlink netlink = GenericNetlink.open()) {
            netlink.ask("MAC80211_HWSIM", 4); // HWSIM_CMD_NEW_RADIO
            netlink.ask("MAC80211_HWSIM", 4);
            return "made";
          }
        });
    air.call(
        () -> {
          try (GenericNetlink netlink = GenericNetlink.open()) {
            // NL80211_CMD_NEW_INTERFACE: NL80211_ATTR_WIPHY, _IFNAME, _IFTYPE (monitor). An idle
            // radio is switched off; this one is monitored.
            netlink.ask(
                "nl80211",
                7,
                attribute(1, u32(value(about(netlink, "wlan0"), 1).getInt())),
                attribute(4, string("ear")),
                attribute(5, u32(6)));
            // NL80211_CMD_SET_INTERFACE: NL80211_ATTR_IFINDEX, _IFTYPE. For raw frames.
            netlink.ask(
                "nl80211", 6, attribute(3, u32(air.ifindex("wlan1"))), attribute(5, u32(6)));
            return "set";
          }
        });
    air.ip("link set wlan0 up\nlink set ear up\nlink set wlan1 up\n");
  }

  @AfterAll
  void removeThem() {
    testbed.close();
  }

  /** NL80211_CMD_GET_INTERFACE by NL80211_ATTR_IFINDEX. */
  private ByteBuffer about(GenericNetlink netlink, String device) throws IOException {
    return netlink.ask("nl80211", 5, attribute(3, u32(air.ifindex(device))));
  }

  /** An action frame that ends after its header, without category and action. */
  @Test
  void shortActionFrame_isOneEvent() throws Exception {
    String own = HexFormat.of().formatHex(address("wlan0"));
    // An empty radiotap header of 8 bytes.
    String frame = "0000 0800 00000000" + ACTION + own + "020000000001" + own + "0000";
    List<DropEvent> all = Collections.synchronizedList(new ArrayList<>());
    DropWatcher watcher = DropWatcher.builder().onEvent(all::add).start();
    try (watcher;
        PacketSocket socket = PacketSocket.open(air, "wlan1")) {
      socket.send(HexFormat.of().parseHex(frame.replace(" ", "")), FRAMES);
      Programs.await(() -> dropped(all).size() >= FRAMES);
    }

    List<DropEvent> events = dropped(all);
    assertEquals(FRAMES, events.size(), all::toString);
    for (DropEvent event : events) {
      assertTrue(event.reason().subsystem() != 0, event::toString);
      assertNotNull(event.reason().explanation());
      assertTrue(event.stack().toString().contains("ieee80211_rx"), event::toString);
    }
    assertEquals(air.inum(), events.getFirst().networkNamespace().inum());
  }

  private static List<DropEvent> dropped(List<DropEvent> all) {
    synchronized (all) {
      return all.stream().filter(event -> event.reason().name().equals(REASON)).toList();
    }
  }

  private byte[] address(String device) {
    return air.call(
        () -> {
          try (GenericNetlink netlink = GenericNetlink.open()) {
            byte[] address = new byte[6];
            value(about(netlink, device), 6).get(address); // NL80211_ATTR_MAC
            return address;
          }
        });
  }
}
