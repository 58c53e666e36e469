package io.dropwatch.bpf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Objects, programs, maps and read-only data in the running kernel. Needs root. */
@Tag("live")
final class BpfObjectTest {
  private static byte[] u32(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array();
  }

  private static byte[] u64(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putLong(value).array();
  }

  @Test
  void runsProgramWithReadOnlyDataSetBeforeTheLoad() {
    try (BpfObject object = TestObjects.open("ring")) {
      object
          .readOnlyData()
          .setInt("records", 3)
          .setLong("first", 1L << 40)
          .setByte("shout", (byte) 1)
          .setBytes("tag", new byte[] {'x', 'y'});
      object.load();
      TestRun run = object.program("emit").testRun(TestObjects.packet());
      assertEquals(7, run.result());
      assertEquals(64, run.data().length);
      // Without a ring all three failed with ENOENT.
      List<byte[]> counters = object.map("counters").lookupPerCpu(u32(0));
      assertEquals(Libbpf.possibleCpus(), counters.size());
      int failed = 0;
      for (byte[] counter : counters) {
        assertEquals(12, counter.length);
        ByteBuffer fields = ByteBuffer.wrap(counter).order(ByteOrder.nativeOrder());
        assertEquals(0, fields.getInt(0));
        failed += fields.getInt(4);
      }
      assertEquals(3, failed);
    }
  }

  @Test
  void listsProgramsAndMapsInFileOrder() {
    try (BpfObject object = TestObjects.open("ring")) {
      assertEquals("ring", object.name());
      assertEquals(List.of("emit", "emit_ring"), object.programNames());
      assertEquals(
          List.of("counters", "events", "ring", "table", "ring.rodata"), object.mapNames());
      assertEquals("tc", object.program("emit").section());
      assertEquals("emit", object.program("emit").name());
    }
  }

  @Test
  void map_updateLookupDeleteKeys() {
    try (BpfObject object = TestObjects.open("ring")) {
      BpfMap table = object.map("table").resize(3);
      object.load();
      assertEquals(3, table.maxEntries());
      assertEquals(4, table.keySize());
      assertEquals(8, table.valueSize());
      assertNull(table.lookup(u32(1)));
      assertEquals(List.of(), table.keys());
      table.update(u32(1), u64(11));
      table.update(u32(2), u64(22));
      table.update(u32(1), u64(111));
      assertArrayEquals(u64(111), table.lookup(u32(1)));
      assertEquals(2, table.keys().size());
      assertTrue(table.delete(u32(1)));
      assertFalse(table.delete(u32(1)));
      assertArrayEquals(u32(2), table.keys().getFirst());
      table.update(u32(3), u64(3));
      table.update(u32(4), u64(4));
      BpfException full = assertThrows(BpfException.class, () -> table.update(u32(5), u64(5)));
      assertEquals("E2BIG", nameOf(full));
    }
  }

  @Test
  void map_wrongSizeOrKindOfAccess_throws() {
    try (BpfObject object = TestObjects.open("ring")) {
      object.load();
      BpfMap table = object.map("table");
      BpfMap counters = object.map("counters");
      assertMessage(
          IllegalArgumentException.class,
          "cannot look up in map table: the key must have 4 bytes, has 8",
          () -> table.lookup(u64(1)));
      assertMessage(
          IllegalArgumentException.class,
          "cannot update map table: the value must have 8 bytes, has 4",
          () -> table.update(u32(1), u32(1)));
      assertMessage(
          UnsupportedOperationException.class,
          "cannot look up in map counters: it has a value for each CPU; use lookupPerCpu",
          () -> counters.lookup(u32(0)));
      assertMessage(
          UnsupportedOperationException.class,
          "cannot look up in map table: it has one value for all CPUs; use lookup",
          () -> table.lookupPerCpu(u32(0)));
      assertEquals(List.of(), counters.lookupPerCpu(u32(9)));
      assertThrows(
          IllegalArgumentException.class,
          () -> object.program("emit").testRun(TestObjects.packet(), new byte[0], 0));
      assertThrows(
          IllegalArgumentException.class,
          () -> object.program("emit").testRun(new byte[0], new byte[0], 2));
      assertThrows(IllegalArgumentException.class, () -> table.resize(-1));
    }
  }

  @Test
  void unknownName_messageListsKnownNames() {
    try (BpfObject object = TestObjects.open("ring")) {
      assertMessage(
          "eBPF object ring has no program emitt: it has emit, emit_ring",
          () -> object.program("emitt"));
      assertMessage(
          "eBPF object ring has no map event: it has counters, events, ring, table, ring.rodata",
          () -> object.map("event"));
      assertMessage(
          "eBPF object ring has no const volatile variable recorts",
          () -> object.readOnlyData().setInt("recorts", 1));
      assertMessage(
          "variable first of eBPF object ring has 8 bytes, not 4",
          () -> object.readOnlyData().setInt("first", 1));
      assertMessage(
          "variable tag of eBPF object ring has 4 bytes, not 5",
          () -> object.readOnlyData().setBytes("tag", new byte[5]));
      assertTrue(object.readOnlyData().has("records"));
      assertFalse(object.readOnlyData().has("LICENSE"));
      assertEquals(4, object.readOnlyData().size("tag"));
    }
  }

  @Test
  void load_verifierRejects_exceptionHasVerifierLog() {
    try (BpfObject object = TestObjects.open("refused")) {
      BpfException refused = assertThrows(BpfException.class, object::load);
      assertEquals("EACCES", nameOf(refused));
      assertTrue(
          refused
              .getMessage()
              .startsWith(
                  "cannot load eBPF object refused: EACCES (Permission denied); the verifier says: "),
          refused.getMessage());
      assertEquals(1, refused.getMessage().lines().count());
      String verifier = String.join("\n", refused.verifierLog());
      assertTrue(verifier.contains("invalid access to packet, off=20 size=1"), verifier);
      assertTrue(verifier.contains("processed "), verifier);
      assertTrue(
          refused.log().stream()
              .anyMatch(line -> line.startsWith("prog 'out_of_bounds': BPF program load failed")),
          refused.log().toString());
      // As root nothing is missing, so there is no remedy.
      assertNull(refused.remedy());
      IllegalStateException again = assertThrows(IllegalStateException.class, object::load);
      assertEquals(
          "cannot load it: eBPF object refused has been refused by the kernel", again.getMessage());
    }
  }

  @Test
  void load_skipsProgramsWithoutAutoload() {
    try (BpfObject object = TestObjects.open("refused")) {
      object.program("out_of_bounds").autoload(false);
      object.load();
      assertEquals(64, object.program("harmless").testRun(TestObjects.packet()).result());
      BpfException unloaded =
          assertThrows(
              BpfException.class, () -> object.program("out_of_bounds").testRun(new byte[64]));
      assertTrue(
          unloaded.getMessage().startsWith("cannot use program out_of_bounds: ENOENT"),
          unloaded.getMessage());
    }
  }

  @Test
  void info_ofLoadedProgram() {
    try (BpfObject object = TestObjects.open("ring")) {
      object.load();
      ProgramInfo info = object.program("emit").info();
      assertTrue(info.id() > 0, info.toString());
      assertEquals(3, info.type()); // BPF_PROG_TYPE_SCHED_CLS
      assertTrue(info.translatedBytes() > 80, info.toString());
      // Told since Linux 5.16.
      assertEquals(
          KernelBtf.load().hasStructField("bpf_prog_info", "verified_insns"),
          info.verifiedInstructions() > 10,
          info.toString());
      assertEquals(16, info.tag().length());
      assertEquals(0, object.program("emit").recursionMisses());
    }
  }

  @Test
  void load_withCodeInNopRun_runsTheCode() {
    // r0 = r1; r0 <<= 1
    byte[] code = {(byte) 0xbf, 0x10, 0, 0, 0, 0, 0, 0, 0x67, 0, 0, 0, 1, 0, 0, 0};
    ElfImage image = ElfImage.of(TestObjects.elf("slot"));
    byte[] filled = image.withCode("slot", code).bytes();
    try (BpfObject before = BpfObject.open("before", image.bytes());
        BpfObject after = BpfObject.open("after", filled)) {
      before.load();
      after.load();
      assertEquals(0, before.program("call_slot").testRun(TestObjects.packet()).result());
      assertEquals(128, after.program("call_slot").testRun(TestObjects.packet()).result());
    }
  }

  @Test
  void close_twiceAndInAnyOrder_thenThrowsIllegalState() {
    BpfObject object = TestObjects.open("drops");
    object.load();
    BpfProgram modern = object.program("modern");
    BpfMap seen = object.map("seen");
    BpfLink first = modern.attach();
    assertTrue(first.isAttached());
    first.close();
    first.close();
    assertFalse(first.isAttached());
    BpfLink second = modern.attach(); // Linux 6.1 refuses two links of one program
    object.close();
    object.close();
    assertFalse(second.isAttached());
    second.close();
    String closed = "eBPF object drops is closed";
    assertEquals(
        closed, assertThrows(IllegalStateException.class, () -> object.map("seen")).getMessage());
    assertEquals(
        closed, assertThrows(IllegalStateException.class, object::programNames).getMessage());
    assertEquals(closed, assertThrows(IllegalStateException.class, seen::maxEntries).getMessage());
    assertEquals(
        "cannot attach program modern: eBPF object drops has been closed",
        assertThrows(IllegalStateException.class, modern::attach).getMessage());
    assertEquals(
        "cannot look up in map seen: eBPF object drops has been closed",
        assertThrows(IllegalStateException.class, () -> seen.lookup(u32(0))).getMessage());
    assertThrows(IllegalStateException.class, modern::info);
  }

  @Test
  void wrongOrderOfOpenLoadAttach_throwsIllegalState() {
    try (BpfObject object = TestObjects.open("drops")) {
      assertEquals(
          "cannot attach program modern: eBPF object drops is not loaded",
          assertThrows(IllegalStateException.class, () -> object.program("modern").attach())
              .getMessage());
      object.load();
      assertEquals(
          "cannot load it: eBPF object drops has been loaded",
          assertThrows(IllegalStateException.class, object::load).getMessage());
      assertEquals(
          "cannot resize map seen: eBPF object drops has been loaded",
          assertThrows(IllegalStateException.class, () -> object.map("seen").resize(5))
              .getMessage());
      assertEquals(
          "cannot set autoload of program modern: eBPF object drops has been loaded",
          assertThrows(IllegalStateException.class, () -> object.program("modern").autoload(false))
              .getMessage());
    }
  }

  @Test
  void attach_toMissingTarget_throws() {
    try (BpfObject object = TestObjects.open("drops")) {
      BpfProgram nowhere = object.program("nowhere").autoload(true);
      object.load();
      BpfException failed = assertThrows(BpfException.class, nowhere::attach);
      assertTrue(
          failed
              .getMessage()
              .startsWith(
                  "cannot attach program nowhere to tracepoint/skb/no_such_tracepoint: ENOENT"),
          failed.getMessage());
      assertFalse(failed.log().isEmpty());
    }
    try (BpfObject object = TestObjects.open("slot")) {
      object.load();
      // The section of a tc program does not name the device.
      BpfException failed =
          assertThrows(BpfException.class, () -> object.program("call_slot").attach());
      assertEquals("EOPNOTSUPP", nameOf(failed));
    }
  }

  @Test
  void open_missingOrDamagedFile_throws(@TempDir Path folder) throws Exception {
    assertMessage(
        "cannot read eBPF object /nowhere/probe.o: no such file; check the path and the file's"
            + " permissions",
        () -> BpfObject.open(Path.of("/nowhere/probe.o")));
    Path text = Files.writeString(folder.resolve("text.o"), "x".repeat(100));
    assertMessage(
        "cannot read eBPF object text: it does not begin with \\x7fELF",
        () -> BpfObject.open(text));
    Path java = Path.of("/proc/self/exe");
    assertTrue(
        assertThrows(BpfException.class, () -> BpfObject.open(java))
            .getMessage()
            .contains("not a relocatable one (1) for eBPF (247)"));
    // A valid ELF file with damaged BTF.
    byte[] broken = TestObjects.elf("drops");
    int btf = indexOf(broken, new byte[] {(byte) 0x9f, (byte) 0xeb, 1, 0});
    broken[btf + 4] = 99;
    BpfException refused = assertThrows(BpfException.class, () -> BpfObject.open("broken", broken));
    assertTrue(
        refused.problem().startsWith("cannot read .BTF of eBPF object broken: string section"),
        refused.problem());
    assertEquals(BpfException.Code.BAD_OBJECT, refused.code());
    // A valid object that libbpf refuses: a map of a type without entries.
    byte[] untyped = TestObjects.elf("ring");
    untyped[indexOf(untyped, "max_entries\0".getBytes(UTF_8))] = 'x';
    BpfException unknown =
        assertThrows(BpfException.class, () -> BpfObject.open("untyped", untyped));
    assertTrue(
        unknown.problem().startsWith("cannot open eBPF object untyped: "), unknown.problem());
    assertNotNull(unknown.errno());
    assertFalse(unknown.log().isEmpty());
  }

  private static int indexOf(byte[] bytes, byte[] wanted) {
    for (int i = 0; i + wanted.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    throw new AssertionError("not found");
  }

  private static String nameOf(BpfException e) {
    Errno errno = e.errno();
    return errno == null ? "none" : errno.name();
  }

  private static void assertMessage(String expected, Executable call) {
    assertMessage(BpfException.class, expected, call);
  }

  private static <T extends Exception> void assertMessage(
      Class<T> type, String expected, Executable call) {
    assertEquals(expected, assertThrows(type, call).getMessage());
  }
}
