package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.bpf.KernelBtf.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** BTF of the running kernel, and BTF that the test builds. No privileges. */
final class KernelBtfTest {
  private static BtfBuilder small() {
    BtfBuilder btf = new BtfBuilder();
    btf.type(1, "int", 0, false, 4, 32); // 1
    btf.type(
        BtfTypes.STRUCT,
        "sk_buff",
        3,
        false,
        16,
        btf.string("head"),
        5,
        0,
        0,
        3,
        64,
        btf.string("len"),
        1,
        96); // 2
    btf.type(BtfTypes.UNION, "", 2, false, 4, btf.string("mark"), 1, 0, 0, 4, 0); // 3
    btf.type(BtfTypes.STRUCT, "", 1, false, 4, btf.string("tstamp"), 1, 0); // 4
    btf.type(BtfTypes.PTR, "", 0, false, 0); // 5
    btf.type(
        BtfTypes.ENUM,
        "skb_drop_reason",
        3,
        true,
        4,
        btf.string("CONSUMED"),
        1,
        btf.string("NOT_SPECIFIED"),
        2,
        btf.string("MINUS"),
        -1); // 6
    btf.type(BtfTypes.ENUM64, "wide", 1, false, 8, btf.string("HIGH"), 7, 1); // 7
    btf.type(BtfTypes.PTR, "", 0, false, 2); // 8
    btf.type(BtfTypes.CONST, "", 0, false, 8); // 9
    btf.type(BtfTypes.FUNC_PROTO, "", 4, false, 0, 0, 5, 0, 9, 0, 6, 0, 13); // 10
    btf.type(BtfTypes.PTR, "", 0, false, 10); // 11
    btf.type(BtfTypes.TYPEDEF, "btf_trace_kfree_skb", 0, false, 11); // 12
    btf.type(BtfTypes.PTR, "", 0, false, 8); // 13
    btf.type(BtfTypes.FUNC_PROTO, "", 1, false, 1, btf.string("skb"), 8); // 14
    btf.type(BtfTypes.FUNC, "tcp_v4_rcv", 0, false, 14); // 15
    btf.type(BtfTypes.TYPEDEF, "loop", 0, false, 16); // 16
    btf.type(BtfTypes.STRUCT, "endless", 2, false, 4, 0, 17, 0, 0, 17, 0); // 17
    return btf;
  }

  @Test
  void enumValues_inOrderOfDeclaration() {
    KernelBtf btf = KernelBtf.of(small().build());
    Map<Integer, String> reasons = btf.enumValues("skb_drop_reason");
    assertEquals("{1=CONSUMED, 2=NOT_SPECIFIED, -1=MINUS}", reasons.toString());
    assertEquals("{7=HIGH}", btf.enumValues("wide").toString());
    assertEquals(Map.of(), btf.enumValues("nothing"));
    assertEquals(Map.of(), btf.enumValues("sk_buff"));
    assertEquals(Map.of(), btf.enumValues(""));
    assertThrows(UnsupportedOperationException.class, () -> reasons.put(3, "x"));
  }

  @Test
  void parameters_ofTypedefsAndFunctions() {
    KernelBtf btf = KernelBtf.of(small().build());
    assertEquals(
        "Optional[[void *, const struct sk_buff *, enum skb_drop_reason, struct sk_buff **]]",
        btf.parameters("btf_trace_kfree_skb").toString());
    assertEquals("Optional[[struct sk_buff * skb]]", btf.parameters("tcp_v4_rcv").toString());
    assertEquals(Optional.empty(), btf.parameters("btf_trace_nothing"));
    assertEquals(Optional.empty(), btf.parameters("sk_buff"));
    assertEquals(Optional.empty(), btf.parameters("loop"));
    assertTrue(btf.hasFunction("tcp_v4_rcv"));
    assertFalse(btf.hasFunction("btf_trace_kfree_skb"));
  }

  @Test
  void hasStructField_findsFieldsOfAnonymousMembers() {
    KernelBtf btf = KernelBtf.of(small().build());
    for (String field : List.of("head", "len", "mark", "tstamp")) {
      assertTrue(btf.hasStructField("sk_buff", field), field);
    }
    assertFalse(btf.hasStructField("sk_buff", "tail"));
    assertFalse(btf.hasStructField("nothing", "head"));
    assertFalse(btf.hasStructField("endless", "end"));
  }

  @Test
  void splitBtf_continuesBase() {
    BtfBuilder kernel = small();
    BtfTypes base =
        new BtfTypes(new ByteImage(BpfException.Code.BAD_BTF, "kernel", kernel.build()), null);
    BtfBuilder module = new BtfBuilder(kernel.stringBytes());
    module.type(BtfTypes.PTR, "", 0, false, 2); // 18
    module.type(BtfTypes.FUNC_PROTO, "", 1, false, 0, module.string("skb"), 18); // 19
    module.type(BtfTypes.FUNC, "module_function", 0, false, 19); // 20
    module.type(
        BtfTypes.ENUM,
        "ovs_drop_reason",
        1,
        false,
        4,
        module.string("OVS_DROP_METER"),
        196613); // 21
    KernelBtf both =
        KernelBtf.of(
            new BtfTypes(new ByteImage(BpfException.Code.BAD_BTF, "module", module.build()), base));
    assertEquals("Optional[[struct sk_buff * skb]]", both.parameters("module_function").toString());
    assertTrue(both.hasStructField("sk_buff", "head"));
    assertEquals(3, both.enumValues("skb_drop_reason").size());
    assertEquals(
        Map.of("ovs_drop_reason", Map.of(196613, "OVS_DROP_METER")),
        both.enumsEndingWith("drop_reason"));
    assertEquals(
        Map.of("skb_drop_reason", both.enumValues("skb_drop_reason")),
        KernelBtf.of(base).enumsEndingWith("drop_reason"));
  }

  @Test
  void readsRunningKernel() {
    KernelBtf btf = KernelBtf.load();
    List<Parameter> kfree = btf.parameters("btf_trace_kfree_skb").orElseThrow();
    assertEquals("void *", kfree.get(0).type());
    assertEquals("struct sk_buff *", kfree.get(1).type());
    assertEquals("void *", kfree.get(2).type());
    if (kfree.size() > 3) {
      Map<Integer, String> reasons = btf.enumValues("skb_drop_reason");
      assertTrue(reasons.containsValue("SKB_DROP_REASON_NOT_SPECIFIED"));
      assertTrue(reasons.containsValue("SKB_DROP_REASON_NO_SOCKET"));
    }
    assertTrue(btf.hasStructField("sk_buff", "head"));
    assertTrue(btf.hasStructField("sk_buff", "dev"));
    assertFalse(btf.hasStructField("sk_buff", "no_such_field"));
    assertTrue(btf.hasFunction("tcp_v4_rcv"));
  }

  @Test
  void loadModule_missingModule_throws() {
    KernelBtf kernel = KernelBtf.of(small().build());
    assertTrue(
        assertThrows(BpfException.class, () -> KernelBtf.loadModule("no_such_module", kernel))
            .getMessage()
            .startsWith("cannot read /sys/kernel/btf/no_such_module: no such file"));
    assertThrows(IllegalArgumentException.class, () -> KernelBtf.loadModule("../vmlinux", kernel));
  }

  @Test
  void truncatedInput_throws() {
    byte[] btf = small().build();
    for (int length = 0; length < btf.length; length++) {
      byte[] cut = Arrays.copyOf(btf, length);
      assertThrows(BpfException.class, () -> KernelBtf.of(cut));
    }
    assertEquals(
        "cannot read the BTF: it does not begin with the magic number of little-endian BTF",
        assertThrows(BpfException.class, () -> KernelBtf.of(new byte[24])).getMessage());
  }

  @Property(tries = 5000)
  void damagedInput_throwsOnlyDocumentedExceptions(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 30) int changes) {
    Random random = new Random(seed);
    byte[] bytes = small().build();
    for (int i = 0; i < changes; i++) {
      int at = random.nextBoolean() ? random.nextInt(bytes.length) : 24 + random.nextInt(300);
      bytes[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : random.nextInt(20));
    }
    try {
      KernelBtf btf = KernelBtf.of(bytes);
      for (String name :
          List.of("sk_buff", "skb_drop_reason", "btf_trace_kfree_skb", "tcp_v4_rcv", "endless")) {
        query(btf, name);
      }
    } catch (BpfException e) {
      assertTrue(e.getMessage().startsWith("cannot read the BTF: "), e.getMessage());
    }
  }

  /** Each query may find the damage. */
  private static void query(KernelBtf btf, String name) {
    for (Runnable each :
        List.<Runnable>of(
            () -> btf.enumValues(name),
            () -> btf.parameters(name),
            () -> btf.hasFunction(name),
            () -> btf.hasStructField(name, "nothing"))) {
      try {
        each.run();
      } catch (BpfException e) {
        assertTrue(e.getMessage().startsWith("cannot read the BTF: "), e.getMessage());
      }
    }
  }
}
