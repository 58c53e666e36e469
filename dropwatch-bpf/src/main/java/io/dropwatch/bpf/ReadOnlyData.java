package io.dropwatch.bpf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/**
 * The {@code const volatile} variables of an object. They are set before {@link BpfObject#load},
 * and then the verifier treats them as constants and removes code that they switch off.
 *
 * <p>Numbers are stored in the machine's byte order. All setters throw {@link BpfException} with
 * the code BAD_OBJECT if the object has no such variable or it has another size, and {@link
 * IllegalStateException} if the object has been loaded or closed. Safe for any thread.
 */
public final class ReadOnlyData {
  private final BpfObject object;
  private final ElfImage image;

  ReadOnlyData(BpfObject object, ElfImage image) {
    this.object = object;
    this.image = image;
  }

  /** {@return whether the object has this variable} */
  public boolean has(String variable) {
    return image.readOnlyVariable(variable) != null;
  }

  /**
   * {@return the size of a variable in bytes}
   *
   * @throws BpfException if there is no such variable
   */
  public int size(String variable) {
    return find(variable).size();
  }

  /**
   * Sets a variable of one byte, such as a {@code bool}.
   *
   * @return this
   */
  public ReadOnlyData setByte(String variable, byte value) {
    access(variable, 1, true, at -> at.set(ValueLayout.JAVA_BYTE, 0, value));
    return this;
  }

  /**
   * Sets a variable of four bytes.
   *
   * @return this
   */
  public ReadOnlyData setInt(String variable, int value) {
    access(variable, 4, true, at -> at.set(ValueLayout.JAVA_INT_UNALIGNED, 0, value));
    return this;
  }

  /**
   * Sets a variable of eight bytes.
   *
   * @return this
   */
  public ReadOnlyData setLong(String variable, long value) {
    access(variable, 8, true, at -> at.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, value));
    return this;
  }

  /**
   * Sets the first bytes of an array or struct; the others keep their values.
   *
   * @param value at most as many bytes as the variable has
   * @return this
   */
  public ReadOnlyData setBytes(String variable, byte[] value) {
    access(variable, value.length, false, at -> at.copyFrom(MemorySegment.ofArray(value)));
    return this;
  }

  /**
   * {@return the value of a variable of four bytes}
   *
   * @throws BpfException if there is no such variable, or it has another size
   * @throws IllegalStateException if the object has been loaded or closed
   */
  public int getInt(String variable) {
    int[] value = new int[1];
    access(variable, 4, true, at -> value[0] = at.get(ValueLayout.JAVA_INT_UNALIGNED, 0));
    return value[0];
  }

  private ElfImage.Symbol find(String variable) {
    ElfImage.Symbol symbol = image.readOnlyVariable(variable);
    if (symbol == null) {
      throw new BpfException(
          BpfException.Code.BAD_OBJECT,
          "eBPF object %s has no const volatile variable %s".formatted(object.name(), variable),
          null);
    }
    return symbol;
  }

  /** Passes the bytes of a variable on while the object cannot be closed, which unmaps them. */
  private void access(
      String variable, int bytes, boolean exactly, Consumer<MemorySegment> accessor) {
    ElfImage.Symbol symbol = find(variable);
    if (exactly ? symbol.size() != bytes : symbol.size() < bytes) {
      throw new BpfException(
          BpfException.Code.BAD_OBJECT,
          "variable %s of eBPF object %s has %d bytes, not %d"
              .formatted(variable, object.name(), symbol.size(), bytes),
          null);
    }
    synchronized (object.lock()) {
      object.whileOpen("access variable " + variable);
      MemorySegment section = object.map(symbol.section()).initialValue();
      // The mapping of libbpf has the layout of the section in the file.
      accessor.accept(section.asSlice(symbol.value(), bytes));
    }
  }
}
