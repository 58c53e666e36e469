package io.dropwatch.bpf;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The eBPF objects compiled from {@code src/test/bpf}. */
final class TestObjects {
  private TestObjects() {}

  /** The bytes of {@code <name>.bpf.o}. */
  static byte[] elf(String name) {
    try (InputStream in = TestObjects.class.getResourceAsStream(name + ".bpf.o")) {
      if (in == null) {
        throw new IllegalArgumentException("no test object " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opened, not loaded. */
  static BpfObject open(String name) {
    return BpfObject.open(name, elf(name));
  }

  /** An Ethernet frame of zeros, enough for a tc program to run on. */
  static byte[] packet() {
    return new byte[64];
  }
}
