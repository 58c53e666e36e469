package io.dropwatch.internal.owner;

import io.dropwatch.internal.owner.CgroupTree.Cgroup;
import io.dropwatch.internal.owner.OwnerLookup.Answer;
import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.OwnerProcess;
import io.dropwatch.model.OwnerQuery;
import io.dropwatch.model.OwnerSocket;
import org.jspecify.annotations.Nullable;

/** A lookup that is running, and how far it has come. Everything but the answer is the search's. */
final class Request extends Answer {
  /**
   * What an answer depends on.
   *
   * @param inode of the socket; 0: none
   * @param cgroupId of the socket; 0: none
   */
  record Key(long inode, long cgroupId, NetworkNamespace namespace) {
    static Key of(OwnerQuery query) {
      OwnerSocket socket = query.socket();
      return socket == null
          ? new Key(0, 0, query.networkNamespace())
          : new Key(socket.inode(), socket.cgroupId(), query.networkNamespace());
    }
  }

  /** A process that holds a socket, and its container. */
  record Holder(OwnerProcess process, @Nullable String container) {}

  static final long NOT_BEGUN = -1;

  final Key key;
  final long uid;

  /** The process that was running, which may hold the socket; 0: unknown. */
  final int pid;

  final long askedAt = System.nanoTime();

  /** When it had its first turn; 0: not yet. */
  long begunAt;

  int turns;
  @Nullable Cgroup cgroup;
  boolean cgroupKnown;
  @Nullable Holder holder;

  /** Reads the processes of the socket's cgroup; null before. */
  @Nullable DescriptorScan scan;

  /** The scans that must have ended before the socket counts as held by nobody. */
  long cgroupScan;

  long machineScan = NOT_BEGUN;

  /** The look at all processes that must have ended before the namespace has no container. */
  long namespaceLook = NOT_BEGUN;

  /** Whether the answer is awaited, however long the search takes. */
  final boolean awaited;

  /** Whether the answer is worth keeping. */
  boolean complete;

  Request(OwnerQuery query) {
    this(query, false);
  }

  Request(OwnerQuery query, boolean awaited) {
    this.awaited = awaited;
    this.key = Key.of(query);
    this.pid = query.pid();
    OwnerSocket socket = query.socket();
    this.uid = socket == null ? OwnerSocket.NO_USER : socket.uid();
  }

  /** Returns the part of the cgroup tree whose users ask for this; empty while it is not known. */
  String subtree() {
    return cgroup == null ? "" : cgroup.subtree();
  }
}
