package io.dropwatch.internal.probe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;

/**
 * A filter's code as it goes into the probe's slot ({@code slot.h}): what was the body of a
 * function becomes a piece of one.
 */
final class FilterCode {
  /** SLOT_STACK: bytes at the top of the stack that are the program's own. */
  static final int PROGRAM_STACK = 128;

  private static final int INSTRUCTION_BYTES = 8;
  private static final int METADATA = 3;
  private static final int FRAME = 10;

  private static final int CLASS = 0x07;
  private static final int LOAD = 0x01;
  private static final int STORE = 0x02;
  private static final int STORE_REGISTER = 0x03;
  private static final int JUMP = 0x05;
  private static final int JUMP_32 = 0x06;
  private static final int REGISTER_OPERAND = 0x08;
  private static final int JUMP_IF_EQUAL = 0x15;
  private static final int EXIT = 0x95;

  private static final int META_BYTES = 24;

  private final ByteBuffer code;

  private FilterCode(byte[] code) {
    this.code = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Takes the body of a function that has one exit, at its end. What it keeps on the stack moves
   * below what the program has there.
   *
   * @param function instructions of 8 bytes
   */
  static FilterCode of(byte[] function) {
    int length = function.length - INSTRUCTION_BYTES;
    if (length < 0 || (function[length] & 0xff) != EXIT) {
      throw new IllegalArgumentException("the filter does not end with exit");
    }
    byte[] body = new byte[length];
    System.arraycopy(function, 0, body, 0, length);
    FilterCode filter = new FilterCode(body);
    for (int at = 0; at < length; at += INSTRUCTION_BYTES) {
      filter.move(at);
    }
    return filter;
  }

  private int operation(int at) {
    return code.get(at) & 0xff;
  }

  private int destination(int at) {
    return code.get(at + 1) & 0xf;
  }

  private int source(int at) {
    return (code.get(at + 1) >> 4) & 0xf;
  }

  private int offset(int at) {
    return code.getShort(at + 2);
  }

  private void move(int at) {
    int operation = operation(at);
    boolean onStack =
        switch (operation & CLASS) {
          case LOAD -> source(at) == FRAME;
          case STORE, STORE_REGISTER -> destination(at) == FRAME;
          default -> false;
        };
    if (onStack) {
      code.putShort(at + 2, (short) (offset(at) - PROGRAM_STACK));
    } else if (operation == EXIT || source(at) == FRAME) {
      throw new IllegalArgumentException(
          "the filter leaves, or takes the address of its stack, at instruction "
              + at / INSTRUCTION_BYTES);
    }
  }

  /** Number of instructions. */
  int size() {
    return code.capacity() / INSTRUCTION_BYTES;
  }

  /**
   * The whole slot: a jump over what is left of it (the verdict register holds 1 there), so that
   * the verifier need not walk through that, then the filter.
   *
   * @param room instructions, at least as many as {@link #size}
   */
  byte[] filling(int room) {
    int rest = room - size();
    ByteBuffer slot = ByteBuffer.allocate(room * INSTRUCTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < rest; i++) {
      slot.put((byte) (i == 0 ? JUMP_IF_EQUAL : JUMP)).put((byte) 0);
      slot.putShort((short) (i == 0 ? rest - 1 : 0)).putInt(i == 0 ? 1 : 0);
    }
    return slot.put(code.duplicate().rewind()).array();
  }

  /**
   * Which fields of {@code struct filter_meta} are read, so that the probe need not work out the
   * others, by the byte they are at. Rather too many than too few: code that passes the address on,
   * other than by reading through it, counts as reading all.
   */
  BitSet metadataReads() {
    BitSet reads = new BitSet(META_BYTES);
    BitSet all = new BitSet(META_BYTES);
    all.set(0, META_BYTES);
    for (int at = 0; at < code.capacity(); at += INSTRUCTION_BYTES) {
      if (source(at) != METADATA) {
        continue;
      }
      int offset = offset(at);
      switch (operation(at) & CLASS) {
        case LOAD -> {
          if (offset < 0 || offset >= META_BYTES) {
            return all;
          }
          reads.set(offset);
        }
        case STORE, STORE_REGISTER -> {
          return all;
        }
        case JUMP, JUMP_32 -> {
          // Compares a number that the register holds by then.
        }
        default -> {
          if ((operation(at) & REGISTER_OPERAND) != 0) {
            return all;
          }
        }
      }
    }
    return reads;
  }
}
