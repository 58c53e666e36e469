package io.dropwatch.internal.probe;

import io.dropwatch.bpf.KernelBtf;
import java.util.List;

/**
 * Which arguments the running kernel's kfree_skb tracepoint passes, by its own prototype: void *,
 * struct sk_buff *, void *location, then since Linux 5.17 enum skb_drop_reason, since 6.11 struct
 * sock *rx_sk, const since 7. Version numbers would not do: distributions backport.
 *
 * @param hasReason the reason is the third
 * @param hasReceivingSocket the socket is the fourth
 */
public record TracepointArguments(boolean hasReason, boolean hasReceivingSocket) {
  private static final int REASON = 3;
  private static final int RECEIVING_SOCKET = 4;

  static TracepointArguments of(KernelBtf btf) {
    List<KernelBtf.Parameter> parameters = btf.parameters("btf_trace_kfree_skb").orElse(List.of());
    boolean hasReason = isAt(parameters, REASON, "enum skb_drop_reason");
    return new TracepointArguments(
        hasReason, hasReason && isAt(parameters, RECEIVING_SOCKET, "struct sock *"));
  }

  /**
   * Whether the kernel has the tracepoint devlink_trap_report (CONFIG_NET_DEVLINK) with the
   * arguments that the probe reads: void *, struct devlink *, struct sk_buff *, struct
   * devlink_trap_metadata *.
   */
  static boolean reportsTraps(KernelBtf btf) {
    List<KernelBtf.Parameter> parameters =
        btf.parameters("btf_trace_devlink_trap_report").orElse(List.of());
    return isAt(parameters, 2, "struct sk_buff *")
        && isAt(parameters, 3, "struct devlink_trap_metadata *");
  }

  private static boolean isAt(List<KernelBtf.Parameter> parameters, int index, String type) {
    return index < parameters.size()
        && parameters.get(index).type().replaceFirst("^const ", "").equals(type);
  }
}
