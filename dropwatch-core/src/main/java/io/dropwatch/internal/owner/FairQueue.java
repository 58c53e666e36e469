package io.dropwatch.internal.owner;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Requests that wait, bounded for each user and for each part of the cgroup tree that one user may
 * have made. These take turns, so that one who asks for much delays only his own. Not thread-safe.
 */
final class FairQueue<T> {
  /** The most requests of a user in a part of the tree. */
  static final int MAX_OF_USER = 64;

  /** The most requests of a part of the tree. */
  static final int MAX_OF_SUBTREE = 16 * MAX_OF_USER;

  private static final class Subtree<T> {
    final Map<Long, Deque<T>> users = new LinkedHashMap<>();
    int size;
  }

  private final Map<String, Subtree<T>> subtrees = new LinkedHashMap<>();

  /** Adds a request; returns false, and adds nothing, when its user has enough. */
  boolean offer(String subtree, long uid, T request) {
    Subtree<T> part = subtrees.computeIfAbsent(subtree, _ -> new Subtree<>());
    Deque<T> user = part.users.computeIfAbsent(uid, _ -> new ArrayDeque<>());
    if (user.size() >= MAX_OF_USER || part.size >= MAX_OF_SUBTREE) {
      removeIfEmpty(subtree, part, uid, user);
      return false;
    }
    user.add(request);
    part.size++;
    return true;
  }

  /** Takes the oldest request of the user whose turn it is; null when none waits. */
  @Nullable T poll() {
    Iterator<Map.Entry<String, Subtree<T>>> turns = subtrees.entrySet().iterator();
    if (!turns.hasNext()) {
      return null;
    }
    Map.Entry<String, Subtree<T>> turn = turns.next();
    String subtree = turn.getKey();
    Subtree<T> part = turn.getValue();
    Map.Entry<Long, Deque<T>> user = part.users.entrySet().iterator().next();
    long uid = user.getKey();
    Deque<T> requests = user.getValue();
    T request = requests.remove();
    part.size--;
    part.users.remove(uid);
    if (!requests.isEmpty()) {
      part.users.put(uid, requests);
    }
    subtrees.remove(subtree);
    if (!part.users.isEmpty()) {
      subtrees.put(subtree, part);
    }
    return request;
  }

  /** Removes the requests for which {@code done} returns true, which is asked of each. */
  void removeIf(Predicate<T> done) {
    subtrees
        .values()
        .removeIf(
            part -> {
              part.users
                  .values()
                  .removeIf(
                      requests -> {
                        int before = requests.size();
                        requests.removeIf(done);
                        part.size += requests.size() - before;
                        return requests.isEmpty();
                      });
              return part.users.isEmpty();
            });
  }

  boolean isEmpty() {
    return subtrees.isEmpty();
  }

  private void removeIfEmpty(String subtree, Subtree<T> part, long uid, Deque<T> user) {
    if (user.isEmpty()) {
      part.users.remove(uid);
    }
    if (part.users.isEmpty()) {
      subtrees.remove(subtree);
    }
  }
}
