package io.dropwatch.pcapfilter.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.ClassicBpf;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.SkbFilter;
import io.dropwatch.pcapfilter.oracle.Libpcap;
import io.dropwatch.pcapfilter.oracle.Libpcap.Mode;
import io.dropwatch.pcapfilter.oracle.LibpcapFilter;
import io.dropwatch.pcapfilter.oracle.LibpcapProgram;
import io.dropwatch.pcapfilter.oracle.LibpcapRefusal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Classic programs are printed as libpcap prints, and are as short as its optimizer's. */
class ClassicSizeTest {
  @Test
  void listing_equalsLibpcaps() {
    for (String list : List.of("common.txt", "table.txt")) {
      for (ListedExpression expression : ListedExpression.read(list)) {
        ClassicBpf program = SkbFilter.compile(expression.ours()).classicBpf();
        try (LibpcapProgram printed = new LibpcapProgram(program.toBytes())) {
          assertEquals(printed.image(), program.toString(), expression.ours());
        }
      }
    }
  }

  /**
   * Longer by more than a quarter are only rows in which two or three fields are compared one after
   * the other, in several places: libpcap's optimizer joins the last comparisons.
   */
  @Test
  void size_isCloseToLibpcapsOptimizedPrograms() {
    int ours = 0;
    int theirs = 0;
    List<String> longer = new ArrayList<>();
    for (String list : List.of("common.txt", "table.txt")) {
      for (ListedExpression expression : ListedExpression.read(list)) {
        int libpcaps = optimized(expression);
        if (libpcaps > 1 && !expression.ours().contains("protochain")) {
          int count = PcapFilter.compile(expression.ours(), LinkType.ETHERNET).classicBpf().size();
          ours += count;
          theirs += libpcaps;
          if (count > libpcaps * 5 / 4 + 2) {
            longer.add(expression.ours() + ": " + count + " instructions, libpcap's " + libpcaps);
          }
        }
      }
    }
    assertTrue(ours <= theirs, ours + " instructions, libpcap's " + theirs);
    assertTrue(
        longer.stream().allMatch(l -> l.startsWith("decnet ") || l.startsWith("ether host ")),
        longer::toString);
  }

  private static int optimized(ListedExpression expression) {
    try (LibpcapFilter theirs =
        Libpcap.compile(expression.libpcaps(), Agreement.dlt(LinkType.ETHERNET), Mode.OPTIMIZED)) {
      return theirs.instructionCount();
    } catch (LibpcapRefusal refusal) {
      return 0;
    }
  }
}
