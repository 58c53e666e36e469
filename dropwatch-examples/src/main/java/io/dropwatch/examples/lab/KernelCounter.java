package io.dropwatch.examples.lab;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number that the kernel itself keeps about a drop: the second witness beside the probe. */
@FunctionalInterface
interface KernelCounter {
  long read(RoutedNetwork network);

  /**
   * A column of {@code /proc/net/snmp} or {@code netstat}: a line of names, then a line of values.
   */
  static KernelCounter column(Host host, String file, String protocol, String name) {
    return network -> {
      List<List<String>> rows =
          host.in(network)
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
    return network -> firstNumber(host.in(network).procNet("snmp6"), name + "\\s+(\\d+)");
  }

  /** The counter of the nftables rule that drops a destination port. */
  static KernelCounter nftables(Host host, int port) {
    return network ->
        firstNumber(host.in(network).nftRules(), "dport " + port + " counter packets (\\d+)");
  }

  /** What the classifiers of a device dropped. */
  static KernelCounter clsact(Host host, String device) {
    return network ->
        firstNumber(
            Command.run(
                "tc",
                "-s",
                "-n",
                host.in(network).name(),
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
      throw new LabException("no " + pattern + " in:\n" + text);
    }
    return Long.parseLong(matcher.group(1));
  }
}
