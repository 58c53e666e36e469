package io.dropwatch;

/** Makes a {@link DropSelection}. Not thread-safe; may be used again after {@link #build}. */
public final class DropSelectionBuilder extends SelectionBuilder<DropSelectionBuilder> {
  DropSelectionBuilder() {}

  @Override
  DropSelectionBuilder self() {
    return this;
  }

  /**
   * Returns the selection.
   *
   * @throws IllegalStateException if {@link #devices} and {@link #excludedDevices} were both given
   */
  public DropSelection build() {
    return new DropSelection(selected());
  }
}
