package io.dropwatch.bpf;

import java.math.BigInteger;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The effective capabilities of a process: capabilities(7), {@code CapEff} of /proc/pid/status.
 *
 * @param mask bit n is capability n
 */
record Capabilities(long mask) {
  private static final int IPC_LOCK = 14;
  private static final int SYS_ADMIN = 21;
  private static final int SYSLOG = 34;
  private static final int PERFMON = 38;
  private static final int BPF = 39;

  /** The relevant capabilities in ascending order. */
  private static final Map<Integer, String> NAMES =
      new TreeMap<>(
          Map.of(
              IPC_LOCK, "CAP_IPC_LOCK",
              SYS_ADMIN, "CAP_SYS_ADMIN",
              SYSLOG, "CAP_SYSLOG",
              PERFMON, "CAP_PERFMON",
              BPF, "CAP_BPF"));

  /**
   * Parses the hexadecimal mask.
   *
   * @param hex as in /proc/pid/status; anything else counts as all capabilities, because then none
   *     is known to be missing
   */
  static Capabilities of(String hex) {
    String digits = hex.strip();
    return digits.matches("[0-9a-fA-F]{1,16}")
        ? new Capabilities(new BigInteger(digits, 16).longValue())
        : new Capabilities(-1);
  }

  /** CAP_SYS_ADMIN includes CAP_BPF and CAP_PERFMON, which Linux 5.8 split from it. */
  boolean mayTrace() {
    return has(SYS_ADMIN) || (has(BPF) && has(PERFMON));
  }

  boolean mayLockMemory() {
    return has(IPC_LOCK);
  }

  boolean maySeeSymbols() {
    return has(SYSLOG);
  }

  private boolean has(int capability) {
    return (mask & (1L << capability)) != 0;
  }

  /** {@return the names, joined by commas} */
  @Override
  public String toString() {
    String held =
        NAMES.entrySet().stream()
            .filter(entry -> has(entry.getKey()))
            .map(Map.Entry::getValue)
            .collect(Collectors.joining(", "));
    return held.isEmpty() ? "none of the capabilities for it" : "only " + held;
  }
}
