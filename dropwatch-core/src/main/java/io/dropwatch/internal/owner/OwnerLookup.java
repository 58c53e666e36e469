package io.dropwatch.internal.owner;

import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerQuery;
import org.jspecify.annotations.Nullable;

/**
 * Looks up owners beside the thread that reads records. {@link #known} and {@link #ask} are for
 * that thread: they read no file and do not wait.
 */
public interface OwnerLookup {
  /** Returns the owner if it is known now; null: {@link #ask}. */
  @Nullable Owner known(OwnerQuery query);

  /** Begins a lookup, unless one with the same result is running. */
  Answer ask(OwnerQuery query);

  /** Begins to prepare for the first lookup; the answer is ready when that is done. */
  default Answer warmUp() {
    return Answer.of(Owner.UNKNOWN);
  }

  /** Returns the thread that calls a resolver of the application; null if none does. */
  default @Nullable Thread thread() {
    return null;
  }

  /** Ends the lookups that are running. Another {@link #ask} begins again. */
  default void close() {}

  /** The result of a lookup, which may come later. Written by one thread, read by another. */
  class Answer {
    private volatile Owner owner = Owner.UNKNOWN;
    private volatile @Nullable Throwable failure;
    private volatile boolean ready;

    /** Returns an answer that says no more than an owner. */
    static Answer of(Owner owner) {
      Answer answer = new Answer();
      answer.set(owner);
      answer.release();
      return answer;
    }

    /** Returns what is known so far. */
    public Owner owner() {
      return owner;
    }

    /** Returns why the lookup failed; null if it did not. */
    public @Nullable Throwable failure() {
      return failure;
    }

    /** Returns whether an event is not to wait any more for this. */
    public boolean isReady() {
      return ready;
    }

    void set(Owner found) {
      owner = found;
    }

    /** Lets events go with what is known. */
    void release() {
      ready = true;
    }

    void fail(Throwable cause) {
      failure = cause;
      ready = true;
    }
  }
}
