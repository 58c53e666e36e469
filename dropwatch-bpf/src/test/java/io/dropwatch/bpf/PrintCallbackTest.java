package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** This package in several class loaders of one process, as after a reload of an application. */
final class PrintCallbackTest {
  /** A class loader of its own for the classes of this module. */
  private static URLClassLoader loader() throws IOException {
    List<URL> path = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      path.add(Path.of(entry).toUri().toURL());
    }
    return new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  /** Opens an object, which libbpf logs, and calls a method of it. */
  private static void useObject(ClassLoader loader, String name, String method)
      throws ReflectiveOperationException {
    Class<?> type = loader.loadClass(BpfObject.class.getName());
    Object object =
        type.getMethod("open", String.class, byte[].class)
            .invoke(null, name, TestObjects.elf(name));
    try {
      var _ = type.getMethod(method).invoke(object);
    } finally {
      var _ = type.getMethod("close").invoke(object);
    }
  }

  @Test
  void classLoaderIsCollectedAfterItsObjectsWereClosed() throws Exception {
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      loaders.add(used());
    }
    long until = System.nanoTime() + 20_000_000_000L;
    while (loaders.stream().anyMatch(each -> each.get() != null) && System.nanoTime() < until) {
      System.gc();
      Thread.sleep(50);
    }
    assertEquals(List.of(), loaders.stream().filter(each -> each.get() != null).toList());
    // The callback that the others replaced is still right.
    try (BpfObject object = TestObjects.open("drops")) {
      assertFalse(object.programNames().isEmpty());
    }
  }

  private static WeakReference<ClassLoader> used() throws Exception {
    try (URLClassLoader loader = loader()) {
      useObject(loader, "drops", "programNames");
      return new WeakReference<>(loader);
    }
  }

  @Test
  @Tag("live")
  void verifierLogIsThatOfTheOwnLoad_inEachOfTwoClassLoaders() throws Exception {
    try (URLClassLoader first = loader();
        URLClassLoader second = loader();
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<List<List<?>>>> logs = new ArrayList<>();
      for (ClassLoader loader : List.of(first, second)) {
        useObject(loader, "ring", "programNames");
        logs.add(threads.submit(() -> refusals(loader)));
      }
      for (Future<List<List<?>>> each : logs) {
        for (List<?> log : each.get()) {
          assertTrue(log.toString().contains("invalid access to packet, off=20"), log.toString());
        }
      }
    }
  }

  private static List<List<?>> refusals(ClassLoader loader) throws ReflectiveOperationException {
    List<List<?>> logs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      try {
        useObject(loader, "refused", "load");
        logs.add(List.of("loaded"));
      } catch (InvocationTargetException e) {
        Throwable thrown = e.getTargetException();
        logs.add((List<?>) thrown.getClass().getMethod("verifierLog").invoke(thrown));
      }
    }
    return logs;
  }
}
