package io.dropwatch.internal.watch;

import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerQuery;
import io.dropwatch.model.OwnerResolver;
import java.util.concurrent.atomic.AtomicLong;

/** Catches and counts the exceptions of a resolver: the event then has no owner. */
final class GuardedResolver implements OwnerResolver {
  private final OwnerResolver resolver;
  private final Failures failures;
  private final AtomicLong count = new AtomicLong();

  GuardedResolver(OwnerResolver resolver, Failures failures) {
    this.resolver = resolver;
    this.failures = failures;
  }

  @Override
  public Owner resolve(OwnerQuery query) {
    try {
      Owner owner = resolver.resolve(query);
      if (owner == null) {
        throw new NullPointerException("the owner resolver answered null");
      }
      return owner;
    } catch (Throwable e) {
      count.incrementAndGet();
      failures.report(e);
      return Owner.UNKNOWN;
    } finally {
      // An interrupt of the resolver is neither for the reader nor for the listener.
      var _ = Thread.interrupted();
    }
  }

  /** Returns how often it failed. For any thread. */
  long failed() {
    return count.get();
  }
}
