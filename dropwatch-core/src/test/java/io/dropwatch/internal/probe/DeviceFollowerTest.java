package io.dropwatch.internal.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The list has the devices that have the names now, whatever is removed, made again or renamed. */
class DeviceFollowerTest {
  private static final long NETNS = 4026531840L;

  private final Map<String, Integer> machine = new HashMap<>();
  private final Set<DeviceKey> list = new HashSet<>();
  private final List<String> changes = new ArrayList<>();

  private DeviceFollower follower(Map<String, Integer> named) {
    machine.putAll(named);
    Map<String, DeviceKey> devices = new LinkedHashMap<>();
    named.forEach((name, ifindex) -> devices.put(name, new DeviceKey(ifindex, NETNS)));
    list.addAll(devices.values());
    return new DeviceFollower(
        devices,
        name -> machine.containsKey(name) ? OptionalInt.of(machine.get(name)) : OptionalInt.empty(),
        device -> {
          changes.add("+" + device.ifindex());
          list.add(device);
        },
        device -> {
          changes.add("-" + device.ifindex());
          list.remove(device);
        });
  }

  private Set<Integer> listed() {
    Set<Integer> listed = new HashSet<>();
    list.forEach(device -> listed.add(device.ifindex()));
    return listed;
  }

  @Example
  void look_nothingChanged_changesNothing() {
    follower(Map.of("eth0", 2)).look();

    assertEquals(List.of(), changes);
  }

  @Example
  void look_deviceMadeAgain_replacesItInTheList() {
    DeviceFollower follower = follower(Map.of("eth0", 2));
    machine.remove("eth0");
    follower.look();
    assertEquals(Set.of(2), listed());
    machine.put("eth0", 7);
    follower.look();
    assertEquals(List.of("+7", "-2"), changes);
  }

  @Example
  void look_namesSwapped_keepsBoth() {
    DeviceFollower follower = follower(Map.of("eth0", 2, "eth1", 3));
    machine.putAll(Map.of("eth0", 3, "eth1", 2));
    follower.look();

    assertEquals(List.of(), changes);
    assertEquals(Set.of(2, 3), listed());
  }

  @Property
  void look_anyNumbers_listIsThatOfTheNames(
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 9) Integer> before,
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 9) Integer> after) {
    machine.clear();
    list.clear();
    Map<String, Integer> named = new LinkedHashMap<>();
    before.forEach(ifindex -> named.put("dev" + named.size(), ifindex));
    DeviceFollower follower = follower(named);
    for (int i = 0; i < after.size(); i++) {
      machine.put("dev" + i, after.get(i));
    }
    follower.look();

    Set<Integer> expected = new HashSet<>();
    named.keySet().forEach(name -> expected.add(machine.get(name)));
    assertEquals(expected, listed());
  }
}
