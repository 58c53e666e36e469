package io.dropwatch.examples.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Makes test runs of this module on one machine wait for each other: their networks have the same
 * addresses, so one run's filter would count the packets of the other. Each user has a lock file;
 * the kernel releases the lock when the JVM ends.
 */
public final class ExclusiveTestRun implements LauncherSessionListener {
  private static final Path LOCK =
      Path.of(
          System.getProperty("java.io.tmpdir", "/tmp"),
          "dropwatch-tests-" + System.getProperty("user.name") + ".lock");

  private @Nullable FileChannel channel;

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    try {
      channel = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        System.err.println("Waiting for another test run, which holds " + LOCK);
        lock = channel.lock();
      }
      assert lock.isValid();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
