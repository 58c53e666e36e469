package io.dropwatch.model;

/**
 * Why drops cannot be watched, or no longer: what a program acts on, where the message is for
 * people. Later releases have more codes, so a switch needs a default case:
 *
 * <pre>{@code
 * switch (failure.code()) {
 *   case NO_PRIVILEGE -> runWithoutDrops();
 *   default -> throw failure;
 * }
 * }</pre>
 */
public enum FailureCode {
  /** {@code libbpf.so.1} is not installed, or too old. */
  NO_LIBBPF,
  /** The JVM was started without {@code --enable-native-access}. */
  NO_NATIVE_ACCESS,
  /** CAP_BPF or CAP_PERFMON is missing, or a security policy denies. */
  NO_PRIVILEGE,
  /** The kernel has no BTF type information, or it is damaged. */
  NO_BTF,
  /** Kernel lockdown forbids what the probe needs. */
  LOCKDOWN,
  /** RLIMIT_MEMLOCK is too low for the ring. */
  MEMLOCK,
  /** The kernel hides the addresses of its functions, which a noise rule by location needs. */
  HIDDEN_SYMBOLS,
  /** This kernel lacks something that was asked for, such as a rate limit before Linux 5.12. */
  KERNEL_TOO_OLD,
  /** The verifier rejected the probe. */
  VERIFIER,
  /** The object given as {@code bpfObject} is unreadable, damaged, or not this release's probe. */
  BAD_OBJECT,
  /** The filter does not fit into the probe. */
  FILTER_TOO_LARGE,
  /** There is no network device of that name in this network namespace. */
  UNKNOWN_DEVICE,
  /** A noise rule names a reason or a function that this kernel does not have, or too many. */
  NOISE_RULE,
  /** A noise rule by pattern needs {@code com.google.re2j:re2j}, which is not there. */
  NO_RE2J,
  /** The listener did not return after the watcher was closed; its thread still runs. */
  LISTENER_STUCK,
  /** Any other error of the kernel or of libbpf. */
  KERNEL
}
