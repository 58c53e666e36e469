package io.dropwatch.internal.owner;

import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerQuery;
import io.dropwatch.model.OwnerResolver;

/** Looks nothing up. */
public enum NoOwners implements OwnerResolver, OwnerLookup {
  /** The only one. */
  INSTANCE;

  @Override
  public Owner resolve(OwnerQuery query) {
    return Owner.UNKNOWN;
  }

  @Override
  public Owner known(OwnerQuery query) {
    return Owner.UNKNOWN;
  }

  @Override
  public Answer ask(OwnerQuery query) {
    return Answer.of(Owner.UNKNOWN);
  }
}
