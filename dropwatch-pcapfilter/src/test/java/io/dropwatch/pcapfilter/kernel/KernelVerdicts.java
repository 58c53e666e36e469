package io.dropwatch.pcapfilter.kernel;

import io.dropwatch.bpf.BpfMap;
import io.dropwatch.bpf.BpfObject;
import io.dropwatch.bpf.ElfImage;
import io.dropwatch.pcapfilter.kernel.KernelPacket.Base;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.List;

/** The kernel's verdicts: BPF_PROG_TEST_RUN of a filter, one run for each packet. */
public final class KernelVerdicts {
  /** How many instructions a filter may have. */
  public static final int SLOT = 2048;

  /** PACKETS of verdicts.bpf.c. */
  private static final int PACKETS_AT_ONCE = 65_536;

  /** Where struct verdicts has the first verdict, in bytes. */
  private static final int VERDICTS_AT = 8;

  private static final byte[] FIRST = key(0);
  private static final byte[] FRAME = new byte[64];
  private static final ElfImage IMAGE = ElfImage.of(image());

  private KernelVerdicts() {}

  /**
   * Loads a filter and runs it.
   *
   * @param filter instructions of {@code int filter(base, captured, meta)}
   * @return the packets that it accepts, by their place in the list
   * @throws io.dropwatch.bpf.BpfException with the verifier's last lines when it is refused
   */
  public static BitSet of(byte[] filter, Base base, List<KernelPacket> packets) {
    byte[] image = IMAGE.withFunctionTail("dropwatch_filter", filter).bytes();
    try (BpfObject object = BpfObject.open("verdicts", image)) {
      object.readOnlyData().setInt("base_offset", base.offset());
      BpfMap slots = object.map("packets").resize(Math.clamp(packets.size(), 1, PACKETS_AT_ONCE));
      object.load();
      BitSet accepted = new BitSet(packets.size());
      for (int start = 0; start < packets.size(); start += PACKETS_AT_ONCE) {
        int end = Math.min(start + PACKETS_AT_ONCE, packets.size());
        for (int i = start; i < end; i++) {
          slots.update(key(i - start), packets.get(i).value());
        }
        run(object, end - start, start, accepted);
      }
      return accepted;
    }
  }

  private static void run(BpfObject object, int count, int start, BitSet accepted) {
    BpfMap out = object.map("verdicts");
    out.update(FIRST, new byte[out.valueSize()]);
    object.program("next_verdict").testRun(FRAME, new byte[0], count);
    byte[] verdicts = out.lookup(FIRST);
    int done =
        verdicts == null ? 0 : ByteBuffer.wrap(verdicts).order(ByteOrder.nativeOrder()).getInt(0);
    if (verdicts == null || done != count) {
      throw new IllegalStateException("the kernel ran " + done + " packets of " + count);
    }
    for (int i = 0; i < count; i++) {
      int verdict = verdicts[VERDICTS_AT + i];
      if (verdict != 0 && verdict != 1) {
        throw new IllegalStateException("a verdict is 0 or 1, this one is " + verdict);
      }
      accepted.set(start + i, verdict == 1);
    }
  }

  private static byte[] key(int index) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(index).array();
  }

  private static byte[] image() {
    try (InputStream in = KernelVerdicts.class.getResourceAsStream("verdicts.bpf.o")) {
      if (in == null) {
        throw new IllegalStateException("no verdicts.bpf.o among the test resources");
      }
      return in.readAllBytes();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
