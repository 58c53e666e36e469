package io.dropwatch.examples.testbed;

import io.dropwatch.examples.testbed.RoutedNetwork.Host;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A drop counter of the kernel itself, to compare with what the probe reports. */
@FunctionalInterface
interface KernelCounter {
  long read(RoutedNetwork network);

  /**
   * A column of {@code /proc/net/snmp} or {@code netstat}, which have a line of names followed by a
   * line of values.
   */
  static KernelCounter column(Host host, String file, String protocol, String name) {
    return network -> {
      List<List<String>> rows =
          network
              .host(host)
              .procNet(file)
              .lines()
              .filter(line -> line.startsWith(protocol + " "))
              .map(line -> List.of(line.split(" ", -1)))
              .toList();
      return Long.parseLong(rows.get(1).get(rows.get(0).indexOf(name)));
    };
  }

  /** A line of {@code /proc/net/snmp6}. */
  static KernelCounter line(Host host, String name) {
    return network -> firstNumber(network.host(host).procNet("snmp6"), name + "\\s+(\\d+)");
  }

  /** The counter of the nftables rule that drops a destination port. */
  static KernelCounter nftables(Host host, int port) {
    return network ->
        firstNumber(network.host(host).nftRules(), "dport " + port + " counter packets (\\d+)");
  }

  /** The packets that the tc classifiers of a device dropped. */
  static KernelCounter clsact(Host host, String device) {
    return network ->
        firstNumber(
            ExternalCommand.run(
                "tc",
                "-s",
                "-n",
                network.host(host).name(),
                "qdisc",
                "show",
                "dev",
                device,
                "clsact"),
            "dropped (\\d+)");
  }

  private static long firstNumber(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    if (!matcher.find()) {
      throw new TestbedException("the counter " + pattern + " is missing in:\n" + text);
    }
    return Long.parseLong(matcher.group(1));
  }
}
