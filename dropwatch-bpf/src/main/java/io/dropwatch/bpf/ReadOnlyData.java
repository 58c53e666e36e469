package io.dropwatch.bpf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The {@code const volatile} variables of an object, which the verifier takes for constants: set
 * before {@link BpfObject#load}, they let it remove code that is switched off.
 *
 * <p>Numbers are written in the machine's byte order, as the C variables are.
 */
public final class ReadOnlyData {
  private final BpfObject object;
  private final ElfImage image;

  ReadOnlyData(BpfObject object, ElfImage image) {
    this.object = object;
    this.image = image;
  }

  /** {@return whether there is such a variable} */
  public boolean has(String variable) {
    return image.readOnlyVariable(variable) != null;
  }

  /**
   * {@return a variable's size in bytes}
   *
   * @throws BpfException if there is no such variable
   */
  public int size(String variable) {
    return find(variable).size();
  }

  /**
   * Sets a variable of one byte, for instance a {@code bool}.
   *
   * @return this
   * @throws BpfException if there is no such variable, or it has another size
   * @throws IllegalStateException if the object has been loaded or closed
   */
  public ReadOnlyData setByte(String variable, byte value) {
    value(variable, 1, true).set(ValueLayout.JAVA_BYTE, 0, value);
    return this;
  }

  /**
   * Sets a variable of four bytes.
   *
   * @return this
   * @throws BpfException if there is no such variable, or it has another size
   * @throws IllegalStateException if the object has been loaded or closed
   */
  public ReadOnlyData setInt(String variable, int value) {
    value(variable, 4, true).set(ValueLayout.JAVA_INT_UNALIGNED, 0, value);
    return this;
  }

  /**
   * Sets a variable of eight bytes.
   *
   * @return this
   * @throws BpfException if there is no such variable, or it has another size
   * @throws IllegalStateException if the object has been loaded or closed
   */
  public ReadOnlyData setLong(String variable, long value) {
    value(variable, 8, true).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, value);
    return this;
  }

  /**
   * Sets the beginning of an array or struct; what follows keeps the value it has in the object.
   *
   * @return this
   * @throws BpfException if there is no such variable, or it is smaller
   * @throws IllegalStateException if the object has been loaded or closed
   */
  public ReadOnlyData setBytes(String variable, byte[] value) {
    value(variable, value.length, false).copyFrom(MemorySegment.ofArray(value));
    return this;
  }

  /**
   * {@return a variable of four bytes: what the object's source says, or what has been set}
   *
   * @throws BpfException if there is no such variable, or it has another size
   * @throws IllegalStateException if the object has been loaded or closed
   */
  public int getInt(String variable) {
    return value(variable, 4, true).get(ValueLayout.JAVA_INT_UNALIGNED, 0);
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

  private MemorySegment value(String variable, int bytes, boolean exactly) {
    ElfImage.Symbol symbol = find(variable);
    if (exactly ? symbol.size() != bytes : symbol.size() < bytes) {
      throw new BpfException(
          BpfException.Code.BAD_OBJECT,
          "variable %s of eBPF object %s has %d bytes, not %d"
              .formatted(variable, object.name(), symbol.size(), bytes),
          null);
    }
    synchronized (object.lock()) {
      object.whileOpen("set variable " + variable);
      MemorySegment section = object.map(symbol.section()).initialValue();
      // The offset is the file's, the mapping libbpf's; both are the section's bytes.
      return section.asSlice(symbol.value(), bytes);
    }
  }
}
