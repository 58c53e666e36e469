package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadedCodeTest {
  @TempDir private Path folder = Path.of("");

  private LoadedCode modules(String lines) throws IOException {
    Path file = Files.writeString(folder.resolve("modules"), lines);
    return LoadedCode.of(LoadedCode.modulesIn(file), null);
  }

  @Test
  void equals_ignoresUsersOfModules() throws IOException {
    LoadedCode before =
        modules(
            """
            veth 45056 0 - Live 0xffffffffc0a5b000
            bridge 421888 1 br_netfilter, Live 0xffffffffc09e0000 (OE)
            """);
    LoadedCode after =
        modules(
            """
            veth 45056 12 - Live 0xffffffffc0a5b000
            bridge 421888 0 - Live 0xffffffffc09e0000 (OE)
            """);

    assertEquals(before, after);
    assertTrue(after.sameModules(before));
    assertTrue(after.onlyAddsTo(before));
  }

  @Test
  void onlyAddsTo_withAddedAndRemovedModules() throws IOException {
    LoadedCode one = modules("veth 45056 0 - Live 0xffffffffc0a5b000\n");
    LoadedCode loading =
        modules(
            """
            dummy 16384 1 - Loading 0xffffffffc0b00000
            veth 45056 0 - Live 0xffffffffc0a5b000
            """);
    LoadedCode other = modules("dummy 16384 0 - Live 0xffffffffc0a5b000\n");

    assertFalse(one.sameModules(loading));
    assertTrue(loading.onlyAddsTo(one));
    assertFalse(one.onlyAddsTo(loading));
    assertFalse(other.onlyAddsTo(one));
    assertFalse(LoadedCode.UNKNOWN.onlyAddsTo(one));
    assertFalse(one.onlyAddsTo(LoadedCode.UNKNOWN));
  }

  @Test
  void onlyAddsTo_ignoresModuleState() throws IOException {
    LoadedCode loading = modules("dummy 16384 1 - Loading 0xffffffffc0b00000\n");
    LoadedCode live = modules("dummy 16384 0 - Live 0xffffffffc0b00000\n");

    assertFalse(live.sameModules(loading));
    assertTrue(live.onlyAddsTo(loading));
  }

  @Test
  void onlyAddsTo_withAddedAndRemovedPrograms() {
    LoadedCode one = LoadedCode.of("", List.of(7, -3));
    LoadedCode two = LoadedCode.of("", List.of(7, 8, -3));

    assertFalse(two.samePrograms(one));
    assertTrue(two.onlyAddsTo(one));
    assertFalse(one.onlyAddsTo(two));
    assertFalse(one.onlyAddsTo(LoadedCode.of("", null)), "the earlier programs are unknown");
    assertEquals(LoadedCode.of("", null), one.sharedWith(two));
    assertFalse(LoadedCode.UNKNOWN.samePrograms(LoadedCode.UNKNOWN));
    assertFalse(LoadedCode.UNKNOWN.sameModules(LoadedCode.UNKNOWN));
  }

  @Test
  void unexpectedFormat_isUnknown() throws IOException {
    assertNull(modules("veth 45056\n").modules());
    assertNull(LoadedCode.modulesIn(folder));
    assertEquals("", LoadedCode.modulesIn(folder.resolve("none")));
  }

  @Test
  @Tag("live")
  void now_hasLoadedProgram() {
    assertNotNull(LoadedCode.now(false).modules());
    assertNull(LoadedCode.now(false).programs());
    try (BpfObject object = TestObjects.open("ring")) {
      object.load();
      int id = object.program("emit").info().id();
      List<Integer> programs = LoadedCode.now(true).programs();
      assertNotNull(programs);
      assertTrue(programs.contains(id), programs::toString);
    }
  }
}
