package io.dropwatch.internal.owner;

import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerQuery;
import io.dropwatch.model.OwnerResolver;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/** Calls a resolver of the application on a thread of its own, one query after the other. */
public final class ResolverThread implements OwnerLookup {
  /** The most queries that wait; an event whose query does not fit has no owner. */
  static final int MAX_WAITING = 4096;

  private record Question(OwnerQuery query, Answer answer) {}

  private final OwnerResolver resolver;
  private final BlockingQueue<Question> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final Thread thread =
      Thread.ofPlatform().daemon().name("dropwatch-owners").unstarted(this::run);
  private volatile boolean closed;

  /**
   * @param resolver called on the thread; what it throws is the failure of the answer
   */
  public ResolverThread(OwnerResolver resolver) {
    this.resolver = resolver;
  }

  @Override
  public @Nullable Owner known(OwnerQuery query) {
    return null;
  }

  @Override
  public Answer ask(OwnerQuery query) {
    if (thread.getState() == Thread.State.NEW) {
      thread.start();
    }
    Question question = new Question(query, new Answer());
    return waiting.offer(question) ? question.answer() : Answer.of(Owner.UNKNOWN);
  }

  @Override
  public @Nullable Thread thread() {
    return thread.getState() == Thread.State.NEW ? null : thread;
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }

  private void run() {
    while (!closed) {
      try {
        resolve(waiting.take());
      } catch (InterruptedException _) {
        // By close, or meant for the resolver, which has returned.
      }
    }
  }

  private void resolve(Question question) {
    try {
      Owner owner = resolver.resolve(question.query());
      if (owner == null) {
        throw new NullPointerException("the owner resolver answered null");
      }
      question.answer().set(owner);
      question.answer().release();
    } catch (Throwable e) {
      question.answer().fail(e);
    } finally {
      // An interrupt of the resolver ends no lookup but its own.
      var _ = Thread.interrupted();
    }
  }
}
