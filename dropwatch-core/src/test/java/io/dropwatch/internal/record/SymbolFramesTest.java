package io.dropwatch.internal.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.bpf.KernelSymbols;
import io.dropwatch.bpf.LoadedCode;
import io.dropwatch.model.StackFrame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Resolves frames while modules and programs are loaded and removed, on a fake machine. */
class SymbolFramesTest {
  private static final long KERNEL = 0xffffffff81000000L;
  private static final long FIRST = 0xffffffffc0100000L;
  private static final long SECOND = 0xffffffffc0200000L;
  private static final long PROGRAM = 0xffffffffc0300000L;
  private static final long MILLISECOND = 1_000_000;

  @TempDir private Path folder = Path.of("");
  private final FakeMachine machine = new FakeMachine();
  private final List<String> warnings = new ArrayList<>();
  private final SymbolFrames frames = new SymbolFrames(machine, warnings::add);

  /** Each reading of the time advances it by a nanosecond. */
  private final class FakeMachine implements SymbolFrames.Machine {
    private final Map<Long, String> modules = new TreeMap<>();
    private final Map<Integer, String> programs = new TreeMap<>();
    private boolean programsAreKnown = true;
    private long now = 1_000_000_000;
    private int reads;

    @Override
    public KernelSymbols symbols() {
      reads++;
      now += 10 * MILLISECOND;
      StringBuilder lines = new StringBuilder("%x T ip_rcv\n".formatted(KERNEL));
      modules.forEach(
          (address, name) -> lines.append("%x t %s_rx\t[%s]\n".formatted(address, name, name)));
      programs.forEach((_, name) -> lines.append("%x t %s\t[bpf]\n".formatted(PROGRAM, name)));
      try {
        return KernelSymbols.load(Files.writeString(folder.resolve("kallsyms"), lines));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public LoadedCode loaded(boolean alsoPrograms) {
      StringBuilder lines = new StringBuilder();
      modules.forEach(
          (address, name) -> lines.append("%s 4096 Live 0x%x\n".formatted(name, address)));
      return LoadedCode.of(
          lines.toString(),
          alsoPrograms && programsAreKnown ? List.copyOf(programs.keySet()) : null);
    }

    @Override
    public long nanoTime() {
      return ++now;
    }
  }

  private void pass(long milliseconds) {
    machine.now += milliseconds * MILLISECOND;
  }

  private void begin(String module) {
    machine.modules.put(FIRST, module);
    pass(100);
  }

  /** Returns the name of an address in a drop that happens now. */
  private @Nullable String name(long address) {
    return frames.at(++machine.now).apply(address + 4).symbol();
  }

  @Test
  void apply_moduleAtTheAddressOfAnother() {
    begin("old");
    assertEquals("old_rx", name(FIRST));
    machine.modules.put(FIRST, "new");
    pass(100);
    assertEquals(null, name(FIRST), "dropped before or after the change");
    assertEquals("ip_rcv", name(KERNEL));

    pass(100);
    assertEquals("new_rx", name(FIRST));
    assertEquals(2, machine.reads);
  }

  @Test
  void apply_addedModule_isNamedAtOnce() {
    begin("old");
    assertEquals("old_rx", name(FIRST));
    machine.modules.put(SECOND, "new");
    pass(100);

    assertEquals("new_rx", name(SECOND));
    assertEquals("old_rx", name(FIRST));
  }

  @Test
  void apply_olderStack_keepsItsNames() {
    begin("old");
    LongFunction<StackFrame> named = frames.at(++machine.now);
    LongFunction<StackFrame> late = frames.at(++machine.now);
    assertSame(named, late);
    assertEquals("old_rx", named.apply(FIRST).symbol());
    machine.modules.put(FIRST, "new");
    pass(100);
    assertEquals(null, name(FIRST));
    pass(100);
    assertEquals("new_rx", name(FIRST));

    assertEquals("old_rx", named.apply(FIRST).symbol());
    assertEquals(null, late.apply(FIRST + 8).symbol(), "symbols of the old module are gone");
  }

  @Test
  void at_recordThatWasInTheRing_isOfItsTime() {
    begin("old");
    assertEquals("old_rx", name(FIRST));
    pass(100);
    LongFunction<StackFrame> seen = frames.at(machine.now);
    long dropped = machine.now - 10;
    machine.modules.put(FIRST, "new");
    pass(100);
    long unseen = machine.now;
    pass(100);

    assertSame(seen, frames.at(dropped - MILLISECOND));
    assertEquals("old_rx", frames.at(dropped - MILLISECOND).apply(FIRST + 4).symbol());
    assertEquals(null, frames.at(unseen).apply(FIRST + 4).symbol());
    assertEquals("new_rx", name(FIRST));
  }

  @Test
  void apply_programs_areCheckedAfterTheFirstOne() {
    machine.programs.put(7, "bpf_prog_7");
    assertEquals("ip_rcv", name(KERNEL));
    assertEquals(null, name(PROGRAM), "before programs are checked");
    pass(100);
    assertEquals("bpf_prog_7", name(PROGRAM));

    machine.programs.remove(7);
    machine.programs.put(8, "bpf_prog_8");
    pass(100);
    assertEquals(null, name(PROGRAM));
    pass(100);
    assertEquals("bpf_prog_8", name(PROGRAM));
  }

  @Test
  void apply_changingPrograms_keepModuleNames() {
    begin("steady");
    machine.programs.put(7, "bpf_prog_7");
    assertEquals(null, name(PROGRAM));
    for (int id = 8; id < 100; id++) {
      machine.programs.clear();
      machine.programs.put(id, "bpf_prog_" + id);
      pass(30);
      assertEquals("steady_rx", name(FIRST));
    }
    assertTrue(machine.reads <= 3, "%d reads".formatted(machine.reads));
  }

  @Test
  void apply_programsThatCannotBeListed_haveNoNames() {
    machine.programsAreKnown = false;
    machine.programs.put(7, "bpf_prog_7");
    for (int i = 0; i < 5; i++) {
      assertEquals(null, name(PROGRAM));
      pass(1000);
    }
  }

  @Test
  void apply_changingModules_readsForATenthOfTheTime() {
    for (int i = 0; i < 100; i++) {
      machine.modules.clear();
      machine.modules.put(FIRST, "m" + i);
      pass(25);
      String name = name(FIRST);
      assertTrue(name == null || name.equals("m" + i + "_rx"), name);
    }
    assertTrue(machine.reads <= 30, "%d reads of 10 ms in 2.8 s".formatted(machine.reads));
    pass(200);
    LongFunction<StackFrame> before = frames.at(++machine.now);
    assertEquals("m99_rx", before.apply(FIRST).symbol());
  }

  @Test
  void apply_symbolsThatWereNotRead_areReadLater() {
    begin("a");
    assertEquals("a_rx", name(FIRST));
    machine.modules.put(SECOND, "b");
    pass(21);
    LongFunction<StackFrame> early = frames.at(++machine.now);
    assertEquals(null, early.apply(SECOND).symbol(), "the pause after the last reading");
    pass(100);

    assertNotSame(early, frames.at(++machine.now));
    assertEquals("b_rx", name(SECOND));
  }
}
