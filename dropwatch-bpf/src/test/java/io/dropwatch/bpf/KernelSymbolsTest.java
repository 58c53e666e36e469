package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Symbols of the running kernel, and of files that the test writes. */
final class KernelSymbolsTest {
  private static final String KALLSYMS =
      """
      0000000000000000 A fixed_percpu_data
      ffffffff81000000 T _stext
      ffffffff81000000 T first_alias
      ffffffff81000100 t tcp_v4_rcv
      ffffffff81000180 D in_between
      ffffffff81000200 W weak
      ffffffff81000300 T last
      ffffffff81000380 T _etext
      ffffffff82000000 D data
      ffffffff82000000 T code_at_data
      ffffffff82000010 R constant
      this is no line
      ffffffffc0000000 t veth_xmit	[veth]
      ffffffffc0000800 t veth_poll	[veth]
      ffffffffc0003000 t bpf_prog_1234_first	[bpf]
      ffffffffc0003040 t bpf_prog_5678_second	[bpf]
      ffffffffc0009000 t bpf_prog_9abc_third	[bpf]
      ffffffffa0000000 t early_module	[unsorted]
      """;

  private static KernelSymbols read(String kallsyms) {
    try {
      return KernelSymbols.read(
          Path.of("kallsyms"), new ByteArrayInputStream(kallsyms.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0,                null", // a null pointer
    "10,               null",
    "7fffffffffffffff, null",
    "ffffffff80ffffff, null",
    "ffffffff81000000, _stext+0",
    "ffffffff810000ff, _stext+255",
    "ffffffff81000100, tcp_v4_rcv+0",
    "ffffffff8100017f, tcp_v4_rcv+127",
    "ffffffff81000180, null", // data
    "ffffffff810001ff, null",
    "ffffffff81000200, weak+0",
    "ffffffff8100037f, last+127",
    "ffffffff81000380, null", // the end of the kernel's code
    "ffffffff81500000, null",
    "ffffffff82000008, code_at_data+8",
    "ffffffff82000010, null",
    "ffffffffc0000004, veth_xmit+4 [veth]",
    "ffffffffc00007ff, veth_xmit+2047 [veth]",
    "ffffffffc0000fff, veth_poll+2047 [veth]",
    "ffffffffc0001000, null", // the last function of a module extends to the end of its page
    "ffffffffc000303f, bpf_prog_1234_first+63 [bpf]",
    "ffffffffc0003fff, bpf_prog_5678_second+4031 [bpf]",
    "ffffffffc0004000, null", // programs are not contiguous
    "ffffffffc0009010, bpf_prog_9abc_third+16 [bpf]",
    "ffffffffc000a000, null",
    "ffffffffa0000010, early_module+16 [unsorted]",
    "ffffffffffffffff, null",
  })
  void resolve_doubtfulAddress_isNull(String address, String expected) {
    assertEquals(expected, text(read(KALLSYMS).resolve(Long.parseUnsignedLong(address, 16))));
  }

  private static String text(@Nullable KernelSymbol symbol) {
    if (symbol == null) {
      return "null";
    }
    String module = symbol.module().isEmpty() ? "" : " [" + symbol.module() + "]";
    return symbol.name() + "+" + symbol.offset() + module;
  }

  @Test
  void hidden_ifAllAddressesAreZero() {
    KernelSymbols hidden = read("0000000000000000 T _stext\n0000000000000000 t tcp_v4_rcv\n");
    assertTrue(hidden.hidden());
    assertEquals(0, hidden.size());
    assertNull(hidden.resolve(0));
    assertNull(hidden.resolve(0xffffffff81000000L));
    assertTrue(read("").hidden());
    assertFalse(read(KALLSYMS).hidden());
  }

  @Test
  void malformedLines_areSkipped() {
    KernelSymbols symbols =
        read(
            "\n\n \nzzz\nffffffff81000000\nffffffff81000000 \nffffffff81000000 T\n"
                + "ffffffff81000000 T \nffffffff81000001 T x\n"
                + "x".repeat(200_000)
                + "\nffffffff81000009 T y");
    assertEquals(2, symbols.size());
    assertEquals("x+7", text(symbols.resolve(0xffffffff81000008L)));
    assertEquals("y+0", text(symbols.resolve(0xffffffff81000009L)));
  }

  @Test
  void refreshed_hasNewSymbols(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("kallsyms"), "ffffffff81000000 T old\n");
    KernelSymbols before = KernelSymbols.load(file);
    Files.writeString(file, "ffffffff81000000 T old\nffffffffc0000000 t young\t[bpf]\n");
    assertNull(before.resolve(0xffffffffc0000010L));
    assertEquals("young+16 [bpf]", text(before.refreshed().resolve(0xffffffffc0000010L)));
    Files.delete(file);
    assertTrue(
        assertThrows(BpfException.class, before::refreshed)
            .getMessage()
            .startsWith("cannot read the kernel's symbols from "));
  }

  @Property(tries = 300)
  void resolve_agreesWithLinearSearch(@ForAll long seed, @ForAll @IntRange(max = 200) int count) {
    Random random = new Random(seed);
    StringBuilder lines = new StringBuilder();
    List<Long> starts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long address = 0xffffffff81000000L + random.nextInt(3000);
      if (!starts.contains(address)) {
        starts.add(address);
        lines.append(String.format(Locale.ROOT, "%016x t s%x%n", address, address));
      }
    }
    KernelSymbols symbols = read(lines.toString());
    assertEquals(starts.size(), symbols.size());
    for (int i = 0; i < 200; i++) {
      long address = 0xffffffff81000000L + random.nextInt(3000);
      long best = starts.stream().filter(start -> start <= address).max(Long::compare).orElse(0L);
      String expected =
          best == 0 ? "null" : String.format(Locale.ROOT, "s%x+%d", best, address - best);
      assertEquals(expected, text(symbols.resolve(address)));
    }
  }

  @Test
  @Tag("live")
  void readsRunningKernel() throws IOException {
    KernelSymbols symbols = KernelSymbols.load();
    assertFalse(symbols.hidden(), "the kernel hides its symbols: run as root");
    assertTrue(symbols.size() > 10_000);
    long address = 0;
    try (InputStream in = Files.newInputStream(Path.of("/proc/kallsyms"))) {
      String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      address =
          all.lines()
              .filter(line -> line.endsWith(" T tcp_v4_rcv"))
              .mapToLong(line -> Long.parseUnsignedLong(line.substring(0, 16), 16))
              .findFirst()
              .orElseThrow();
    }
    assertEquals("tcp_v4_rcv+5", text(symbols.resolve(address + 5)));
    assertNull(symbols.resolve(0));
    assertNull(symbols.resolve(4096));
    assertNull(symbols.resolve(-1));
  }
}
