package io.dropwatch;

import io.dropwatch.internal.noise.NoiseFilter;
import io.dropwatch.internal.watch.FilterExpression;
import io.dropwatch.internal.watch.Selection;
import io.dropwatch.model.NoiseRule;
import io.dropwatch.pcapfilter.FilterOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Selects the drops that are wanted, in the builders of watchers, counters and replays. Without a
 * call: every drop on every device that is not noise.
 *
 * @param <B> the builder
 */
public abstract sealed class SelectionBuilder<B extends SelectionBuilder<B>>
    permits DropSelectionBuilder, DropWatcherBuilder, DropCounterBuilder, DropReplayBuilder {
  private Selection selection = Selection.ALL;

  SelectionBuilder() {}

  abstract B self();

  /**
   * Returns what was selected.
   *
   * @throws IllegalStateException if both device lists were given
   */
  final Selection selected() {
    if (!selection.devices().isEmpty() && !selection.excludedDevices().isEmpty()) {
      throw new IllegalStateException(
          "devices %s and excludedDevices %s were both given: use one of them"
              .formatted(selection.devices(), selection.excludedDevices()));
    }
    return selection;
  }

  /** Replaces everything that was selected. */
  public B selection(DropSelection selection) {
    this.selection = selection.internal();
    return self();
  }

  /**
   * Selects packets that match, as {@link #filter(String, FilterOptions)} with {@link
   * FilterOptions#DEFAULT}: names of hosts are refused.
   */
  public B filter(@Nullable String expression) {
    return filter(expression, FilterOptions.DEFAULT);
  }

  /**
   * Selects packets that match; null or blank: all.
   *
   * @param expression in the language of pcap-filter(7), with the kernel's view of a packet, see
   *     {@link io.dropwatch.pcapfilter.SkbFilter}
   * @param options resolver of names, UDP ports of tunnels and the like. Without a resolver of
   *     devices, {@code start()} resolves those of {@code ifname} in the calling thread's network
   *     namespace, and a replay refuses {@code ifname}. The filter compares the index alone, and
   *     other namespaces have devices of the same index: {@link #devices} means one namespace
   * @throws io.dropwatch.pcapfilter.FilterSyntaxException if the expression is wrong. Names are
   *     resolved by {@code start()} and {@code open()}, which throw it for an unknown one
   */
  public B filter(@Nullable String expression, FilterOptions options) {
    selection = selection.with(FilterExpression.of(expression, options));
    return self();
  }

  /**
   * Selects drops on these devices of the caller's network namespace; a packet without a device is
   * excluded. A replay compares names, whatever the namespace. None: all devices. Not together with
   * {@link #excludedDevices}.
   */
  public B devices(String... names) {
    selection = selection.withDevices(List.of(names), selection.excludedDevices());
    return self();
  }

  /**
   * Excludes drops on these devices of the caller's network namespace; a packet without a device is
   * not excluded. A replay compares names, whatever the namespace. Not together with {@link
   * #devices}.
   */
  public B excludedDevices(String... names) {
    selection = selection.withDevices(selection.devices(), List.of(names));
    return self();
  }

  /**
   * Sets the rules for drops that are noise: the first rule that matches suppresses a drop.
   * Replaces {@link NoiseRule#DEFAULTS}; with an empty list every drop is wanted. Rules that look
   * at stacks do not apply to {@link DropWatcherBuilder#onRawEvent}; a {@link DropCounter} counts
   * without rules, and refuses a selection with others than the default ones.
   *
   * @throws IllegalArgumentException if two rules have one name, or a pattern has a syntax error
   * @throws DropWatchException if there is a pattern, and RE2/J is not on the class path
   */
  public B noiseRules(List<? extends NoiseRule> rules) {
    List<NoiseRule> copy = List.copyOf(rules);
    // Compiled here for its checks alone; the watcher has one of its own.
    var _ = DropWatchException.translated(() -> NoiseFilter.of(copy));
    selection = selection.withNoiseRules(copy);
    return self();
  }
}
