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
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** The kernel's verdicts: BPF_PROG_TEST_RUN of a filter, one run for each packet. */
public final class KernelVerdicts {
  /** How many instructions a filter may have. */
  public static final int SLOT = 2048;

  /** PACKETS of verdicts.bpf.c. */
  private static final int PACKETS_AT_ONCE = 65_536;

  /** PAGE of verdicts.bpf.c. */
  private static final int PAGE = 256;

  /** Where struct verdicts has the first verdict, in bytes. */
  private static final int VERDICTS_AT = 8;

  private static final byte[] FIRST = number(0);
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
    return of(List.of(filter), base, packets).getFirst();
  }

  /**
   * Loads filters, as many at a time as the slot has room for, and runs each over all packets.
   *
   * @return for each filter the packets that it accepts, by their place in the list
   * @throws io.dropwatch.bpf.BpfException with the verifier's last lines when one of them is
   *     refused
   */
  public static List<BitSet> of(List<byte[]> filters, Base base, List<KernelPacket> packets) {
    List<BitSet> accepted = new ArrayList<>();
    while (accepted.size() < filters.size()) {
      List<byte[]> rest = filters.subList(accepted.size(), filters.size());
      int count = Math.max(1, FilterSlot.fitting(rest, SLOT));
      accepted.addAll(together(rest.subList(0, count), base, packets));
    }
    return accepted;
  }

  private static List<BitSet> together(
      List<byte[]> filters, Base base, List<KernelPacket> packets) {
    byte[] slot = FilterSlot.of(filters, SLOT);
    byte[] image = IMAGE.withFunctionTail("dropwatch_filter", slot).bytes();
    try (BpfObject object = BpfObject.open("verdicts", image)) {
      object.readOnlyData().setInt("base_offset", base.offset());
      int most = Math.clamp(packets.size(), 1, PACKETS_AT_ONCE);
      BpfMap pages = object.map("packets").resize((most + PAGE - 1) / PAGE);
      object.load();
      List<BitSet> accepted = new ArrayList<>();
      filters.forEach(_ -> accepted.add(new BitSet(packets.size())));
      for (int start = 0; start < packets.size(); start += PACKETS_AT_ONCE) {
        int end = Math.min(start + PACKETS_AT_ONCE, packets.size());
        write(packets.subList(start, end), pages);
        for (int which = 0; which < filters.size(); which++) {
          run(object, which, end - start, start, accepted.get(which));
        }
      }
      return accepted;
    }
  }

  private static void write(List<KernelPacket> packets, BpfMap pages) {
    byte[] page = new byte[pages.valueSize()];
    int size = page.length / PAGE;
    for (int first = 0; first < packets.size(); first += PAGE) {
      for (int i = first; i < Math.min(first + PAGE, packets.size()); i++) {
        System.arraycopy(packets.get(i).value(), 0, page, (i - first) * size, size);
      }
      pages.update(number(first / PAGE), page);
    }
  }

  private static void run(BpfObject object, int which, int count, int start, BitSet accepted) {
    BpfMap out = object.map("verdicts");
    out.update(FIRST, ByteBuffer.wrap(new byte[out.valueSize()]).put(4, number(which)).array());
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

  /** A u32 as the kernel reads it. */
  private static byte[] number(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array();
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
