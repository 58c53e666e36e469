package io.dropwatch.internal.probe;

import io.dropwatch.bpf.BpfException;
import io.dropwatch.bpf.KernelBtf;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * The names of the drop reasons of a kernel. The upper half of a reason's number is a subsystem
 * (SKB_DROP_REASON_SUBSYS_MASK): 0 is the core, whose reasons are {@code enum skb_drop_reason};
 * each other has an enum of its own, {@code ovs_drop_reason}, {@code ___mac80211_drop_reason},
 * {@code qdisc_drop_reason}, in the kernel or in a module. What they have in common is the end of
 * their names, and that the values carry the subsystem; which subsystem has which number differs
 * between kernels.
 *
 * <p>Immutable and safe for any thread.
 */
public final class KernelReasons {
  private static final String CORE = "skb_drop_reason";
  private static final String ENUMS = "drop_reason";
  private static final String SUBSYSTEMS = "skb_drop_reason_subsys";
  private static final String SUBSYSTEM_PREFIX = "SKB_DROP_REASON_SUBSYS_";
  private static final int SUBSYSTEM_MASK = 0xffff_0000;

  private final Map<Integer, String> builtIn;
  private final Map<Integer, String> subsystems;

  KernelReasons(Map<Integer, String> builtIn, Map<Integer, String> subsystems) {
    this.builtIn = Collections.unmodifiableMap(builtIn);
    this.subsystems = Collections.unmodifiableMap(subsystems);
  }

  static KernelReasons of(KernelBtf btf) {
    Map<Integer, String> builtIn = new HashMap<>(btf.enumValues(CORE));
    builtIn.remove(SUBSYSTEM_MASK);
    builtIn.putAll(extended(btf));
    Map<Integer, String> subsystems = new HashMap<>();
    btf.enumValues(SUBSYSTEMS)
        .forEach((number, name) -> subsystems.put(number, name.replace(SUBSYSTEM_PREFIX, "")));
    return new KernelReasons(builtIn, subsystems);
  }

  /** Returns the reasons of subsystems in a BTF image. */
  private static Map<Integer, String> extended(KernelBtf btf) {
    Map<Integer, String> found = new HashMap<>();
    btf.enumsEndingWith(ENUMS)
        .values()
        .forEach(
            values ->
                values.forEach(
                    (value, name) -> {
                      if (value >>> 16 != 0 && value != SUBSYSTEM_MASK) {
                        found.putIfAbsent(value, name.replaceFirst("^_+", ""));
                      }
                    }));
    return found;
  }

  /** Returns names by number, of the core and of built-in subsystems. */
  public Map<Integer, String> builtIn() {
    return builtIn;
  }

  /** Returns names of subsystems by number, such as {@code OPENVSWITCH}. Empty before 6.4. */
  public Map<Integer, String> subsystems() {
    return subsystems;
  }

  /**
   * Returns names by number of the loaded modules. Reads their BTF and the kernel's, which takes
   * tens of milliseconds. Empty if it cannot be read.
   */
  public Map<Integer, String> ofModules() {
    Map<Integer, String> found = new HashMap<>();
    KernelBtf kernel = null;
    for (String module : KernelBtf.modulesMentioning(ENUMS)) {
      try {
        kernel = kernel == null ? KernelBtf.load() : kernel;
        found.putAll(extended(KernelBtf.loadModule(module, kernel)));
      } catch (BpfException _) {
        // Unloaded meanwhile, or unknown BTF: its reasons stay numbers.
      }
    }
    return found;
  }
}
