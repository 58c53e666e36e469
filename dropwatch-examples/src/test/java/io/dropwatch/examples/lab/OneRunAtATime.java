package io.dropwatch.examples.lab;

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
 * Lets the test runs of this module pass one after the other on one machine: their networks have
 * the same addresses, and a filter that counts one run's packets would count the other's. Only
 * root's have networks, so each user has a lock of their own. The kernel gives it back when the JVM
 * ends, however it ends.
 */
public final class OneRunAtATime implements LauncherSessionListener {
  private static final Path LOCK =
      Path.of(
          System.getProperty("java.io.tmpdir", "/tmp"),
          "dropwatch-tests-" + System.getProperty("user.name") + ".lock");

  private @Nullable FileChannel channel;

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    try {
      channel = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock held = channel.tryLock();
      if (held == null) {
        System.err.println("Another test run holds " + LOCK + ": waiting for its end");
        held = channel.lock();
      }
      assert held.isValid();
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
