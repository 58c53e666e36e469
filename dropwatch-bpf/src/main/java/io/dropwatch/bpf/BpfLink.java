package io.dropwatch.bpf;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A program at work in the kernel, until it is closed. Its object may be closed first, which closes
 * it too. Safe for any thread.
 */
public final class BpfLink implements AutoCloseable {
  private final BpfObject object;
  private final String description;
  private @Nullable MemorySegment handle;

  BpfLink(BpfObject object, String description, MemorySegment handle) {
    this.object = object;
    this.description = description;
    this.handle = handle;
    object.opened(this);
  }

  /** {@return whether it has not been closed} */
  public boolean isAttached() {
    synchronized (object.lock()) {
      return handle != null;
    }
  }

  /**
   * Detaches the program; when this returns, no new run of it begins. Again: does nothing.
   *
   * @throws BpfException if the kernel refuses, which leaves nothing to do again
   */
  @Override
  public void close() {
    synchronized (object.lock()) {
      MemorySegment link = handle;
      if (link == null) {
        return;
      }
      handle = null;
      object.closed(this);
      Attempt.run("cannot detach program " + description, () -> Downcalls.destroyLink(link));
    }
  }
}
