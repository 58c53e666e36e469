package io.dropwatch.internal.owner;

import io.dropwatch.internal.owner.ProcFiles.Status;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Reads the descriptors of processes, a part at a time: of each process some, then of each some
 * more. So a process with very many does not keep others from being read. What is found goes into
 * the table at once. A scan begins again after its end. Not thread-safe.
 */
final class DescriptorScan {
  /** How many descriptors of a process are read in the first round; then twice as many. */
  static final int FIRST_PART = 64;

  private static final int CLOCK_INTERVAL = 32;

  /** Descriptors of a process that are still to be read, from a number on. */
  private record Part(int pid, int next, int end, int most) {}

  private final ProcFiles proc;
  private final SocketTable table;
  private final long uid;
  private final Deque<Part> parts = new ArrayDeque<>();
  private int[] processes = new int[0];
  private int looked;
  private boolean running;
  private long completed;

  /**
   * @param uid the processes of this user come first; -1: in the order in which they were added
   */
  DescriptorScan(ProcFiles proc, SocketTable table, long uid) {
    this.proc = proc;
    this.table = table;
    this.uid = uid;
  }

  /** Returns the number of {@link #completed} from which on a scan has begun after this call. */
  long next() {
    return completed + (running ? 2 : 1);
  }

  /** Returns how many scans have ended. */
  long completed() {
    return completed;
  }

  boolean isRunning() {
    return running;
  }

  /** Begins with processes of any user. */
  void begin(int[] found) {
    processes = ProcFiles.parentsFirst(found);
    looked = 0;
    running = true;
  }

  /** Adds a process to the scan that is running. */
  void add(int pid, Status status) {
    parts.add(new Part(pid, 0, status.descriptors(), FIRST_PART));
    running = true;
  }

  /** Reads the first descriptors of a process that may be the one looked for. */
  void readFirst(int pid, long until) {
    Status status = proc.status(pid);
    if (status != null) {
      int before = parts.size();
      read(new Part(pid, 0, Math.min(FIRST_PART, status.descriptors()), FIRST_PART), until);
      while (parts.size() > before) {
        parts.removeFirst(); // the time was over
      }
    }
  }

  /** Reads on until a {@link System#nanoTime}. */
  void run(long until) {
    while (looked < processes.length && System.nanoTime() - until < 0) {
      look(processes[looked++], until);
    }
    while (looked == processes.length && !parts.isEmpty() && System.nanoTime() - until < 0) {
      read(parts.remove(), until);
    }
    if (running && looked == processes.length && parts.isEmpty()) {
      running = false;
      completed++;
    }
  }

  private void look(int pid, long until) {
    Status status = proc.status(pid);
    if (status == null) {
      return;
    }
    Part part = new Part(pid, 0, status.descriptors(), FIRST_PART);
    if (status.uid() == uid) {
      read(part, until);
    } else {
      parts.add(part);
    }
  }

  private void read(Part part, long until) {
    // Who may not read the descriptors may not read this either.
    if (part.next() == 0 && proc.namespace(Integer.toString(part.pid())) == 0) {
      return;
    }
    int end = Math.min(part.end(), part.next() + part.most());
    for (int fd = part.next(); fd < end; fd++) {
      long inode = proc.socket(part.pid(), fd);
      if (inode != 0) {
        table.put(inode, part.pid(), fd);
      }
      if (fd % CLOCK_INTERVAL == CLOCK_INTERVAL - 1 && System.nanoTime() - until > 0) {
        parts.addFirst(new Part(part.pid(), fd + 1, part.end(), end - fd - 1));
        return;
      }
    }
    if (end < part.end()) {
      parts.addLast(new Part(part.pid(), end, part.end(), 2 * Math.max(part.most(), FIRST_PART)));
    }
  }
}
