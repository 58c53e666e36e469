package io.dropwatch.internal.watch;

import io.dropwatch.DropEvent;
import io.dropwatch.model.Overflow;
import io.dropwatch.model.RawDropEvent;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How the listener gets drops. */
public sealed interface DeliveryMode {
  /**
   * Gets events.
   *
   * @param listener called on the reader's thread, or on the queue's
   * @param queue null: none
   */
  record Events(Consumer<DropEvent> listener, @Nullable Queue queue) implements DeliveryMode {}

  /**
   * A bounded queue before the listener.
   *
   * @param capacity events, at least 1
   */
  record Queue(int capacity, Overflow overflow) {}

  /**
   * Gets a view over each record.
   *
   * @param listener called on the reader's thread
   */
  record Raw(Consumer<RawDropEvent> listener) implements DeliveryMode {}
}
