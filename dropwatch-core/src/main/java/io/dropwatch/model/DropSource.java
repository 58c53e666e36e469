package io.dropwatch.model;

import java.util.Locale;

/** What dropped the packet. Later releases may have more constants. */
public enum DropSource {
  /** The kernel's network stack, in kfree_skb. */
  SOFTWARE,
  /** A device, which reported it through a devlink trap. */
  HARDWARE,
  /** Unknown. */
  UNKNOWN;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** Returns {@code software}, {@code hardware} or {@code unknown}, as in every output. */
  public String label() {
    return label;
  }
}
