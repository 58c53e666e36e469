package io.dropwatch.bpf;

/** A position in the kernel's code. Immutable. */
public final class KernelSymbol {
  private final String name;
  private final long offset;
  private final String module;

  KernelSymbol(String name, long offset, String module) {
    this.name = name;
    this.offset = offset;
    this.module = module;
  }

  /** {@return the name of the function} */
  public String name() {
    return name;
  }

  /** {@return the distance from the start of the function, in bytes} */
  public long offset() {
    return offset;
  }

  /** {@return the module's name; {@code bpf} for eBPF programs, empty for the kernel itself} */
  public String module() {
    return module;
  }

  /** {@return name, offset and module, as in the kernel's stack traces: {@code f+0x1f [veth]}} */
  @Override
  public String toString() {
    return name + "+0x" + Long.toHexString(offset) + (module.isEmpty() ? "" : " [" + module + "]");
  }
}
