package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BpfExceptionTest {
  @ParameterizedTest
  @CsvSource({
    "-1,   EPERM (Operation not permitted)",
    "1,    EPERM (Operation not permitted)",
    "2,    ENOENT (No such file or directory)",
    "95,   EOPNOTSUPP (Operation not supported)",
    "524,  ENOTSUPP (Operation is not supported (kernel internal))",
    "4001, LIBBPF_ERRNO__FORMAT (BPF object format invalid)",
    "4013, LIBBPF_ERRNO__NLPARSE (netlink parsing error)",
    "9999, 9999 (unknown error 9999)",
  })
  void errno_hasNameAndDescription(int number, String text) {
    assertEquals(text, Errno.of(number).toString());
  }

  private static BpfException fail(int status, String... printed) {
    return assertThrows(
        BpfException.class,
        () ->
            NativeCall.logged(
                "cannot do it",
                () -> {
                  for (String line : printed) {
                    NativeLog.print(line);
                  }
                  return status;
                },
                _ -> new Preflight.Cause(BpfException.Code.MEMLOCK, "Do something else")));
  }

  @Test
  void getMessage_hasErrnoFirstLogLineAndRemedy() {
    BpfException unlogged = fail(-22);
    assertEquals(
        "cannot do it: EINVAL (Invalid argument); Do something else", unlogged.getMessage());
    assertEquals(List.of(), unlogged.log());

    BpfException logged = fail(-22, "libbpf: first\n", "libbpf: second\n");
    assertEquals(
        "cannot do it: EINVAL (Invalid argument); libbpf says: first; Do something else",
        logged.getMessage());
    assertEquals(List.of("first", "second"), logged.log());
    assertEquals("cannot do it: EINVAL (Invalid argument); libbpf says: first", logged.problem());
    assertEquals("Do something else", logged.remedy());
    assertEquals(BpfException.Code.MEMLOCK, logged.code());
    assertEquals(Errno.of(22), logged.errno());
  }

  @Test
  void verifierLog_keepsLastLines() {
    StringBuilder log = new StringBuilder("libbpf: prog 'x': -- BEGIN PROG LOAD LOG --\n");
    for (int i = 0; i < 1000; i++) {
      log.append(i).append(": (bf) r0 = r1\n");
    }
    log.append("R0 invalid mem access 'scalar'\nprocessed 1000 insns (limit 1000000)\n");
    log.append("-- END PROG LOAD LOG --\n");
    BpfException refused = fail(-13, "libbpf: prog 'x': BPF program load failed\n", log.toString());
    assertEquals(
        "cannot do it: EACCES (Permission denied); the verifier says: R0 invalid mem access"
            + " 'scalar'",
        refused.getMessage());
    assertEquals(40, refused.verifierLog().size());
    assertEquals("962: (bf) r0 = r1", refused.verifierLog().getFirst());
    assertEquals("processed 1000 insns (limit 1000000)", refused.verifierLog().getLast());
    assertNull(refused.remedy());
    assertEquals(BpfException.Code.VERIFIER, refused.code());
  }

  @Test
  void verifierLog_withoutEndMarker_isKept() {
    assertEquals(
        List.of("only this"),
        fail(-13, "prog 'x': -- BEGIN PROG LOAD LOG --\nonly this").verifierLog());
    assertEquals(List.of(), fail(-13, "prog 'x': -- BEGIN PROG LOAD LOG --").verifierLog());
    NativeLog.print("outside of an operation");
    assertEquals(5, NativeCall.logged("cannot", () -> 5));
  }
}
