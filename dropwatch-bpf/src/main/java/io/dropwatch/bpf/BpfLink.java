package io.dropwatch.bpf;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The attachment of a program. Closing it, or its object, detaches the program. Safe for any
 * thread.
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

  /** {@return whether neither this nor the object has been closed} */
  public boolean isAttached() {
    synchronized (object.lock()) {
      return handle != null;
    }
  }

  /**
   * Detaches the program. After this returned, no new run begins. A second call does nothing.
   *
   * @throws BpfException if the kernel reports an error; the link counts as closed nonetheless
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
      NativeCall.logged(
          "cannot detach program " + description, () -> LibbpfCalls.destroyLink(link));
    }
  }
}
