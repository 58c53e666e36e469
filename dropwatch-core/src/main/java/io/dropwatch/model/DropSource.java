package io.dropwatch.model;

import java.util.Locale;

/** Who dropped the packet. */
public enum DropSource {
  /** The kernel's network stack, in kfree_skb. */
  SOFTWARE,
  /** A device, which told the kernel through a devlink trap. */
  HARDWARE,
  /** The record does not say. */
  UNKNOWN;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** {@code software}, {@code hardware} or {@code unknown}, as every output spells it. */
  public String label() {
    return label;
  }
}
