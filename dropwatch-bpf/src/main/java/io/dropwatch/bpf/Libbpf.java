package io.dropwatch.bpf;

import io.dropwatch.bpf.libbpf.gen.LibbpfHeaders;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The native library {@code libbpf.so.1}.
 *
 * <p>It is loaded at the first use, once for the process. A missing library is a value ({@link
 * #problem}) or a {@link BpfException} ({@link #require}), never a {@link LinkageError}. Safe for
 * any thread.
 */
public final class Libbpf {
  static final String SONAME = "libbpf.so.1";
  private static final String INSTALL =
      "install libbpf 1.x (Debian, Ubuntu: apt-get install libbpf1)";
  private static final String ALLOW =
      "start java with --enable-native-access=io.dropwatch.bpf (class path: ALL-UNNAMED)";

  private Libbpf() {}

  /** Initialised at the first use. */
  private static final class Loaded {
    static final Preflight.@Nullable Finding PROBLEM = load();

    private static Preflight.@Nullable Finding load() {
      // Loaded here first: after a failure in the initialiser of the generated class, each use of
      // it
      // would be a NoClassDefFoundError without the cause.
      SymbolLookup library;
      try {
        library = SymbolLookup.libraryLookup(SONAME, Arena.global());
      } catch (IllegalArgumentException e) {
        return problem(
            BpfException.Code.NO_LIBBPF,
            "the library " + SONAME + " is not installed on this machine",
            INSTALL);
      } catch (IllegalCallerException e) {
        return problem(
            BpfException.Code.NO_NATIVE_ACCESS,
            "this JVM forbids native access to " + SONAME,
            ALLOW);
      }
      SymbolLookup known = library.or(Linker.nativeLinker().defaultLookup());
      List<String> missing =
          functions().stream().filter(name -> known.find(name).isEmpty()).toList();
      if (!missing.isEmpty()) {
        String lacks = " on this machine is too old: it lacks " + String.join(", ", missing);
        return problem(BpfException.Code.OLD_LIBBPF, SONAME + lacks, INSTALL);
      }
      return null;
    }

    private static Preflight.Finding problem(
        BpfException.Code code, String problem, String remedy) {
      return new Preflight.Finding(code, true, problem, remedy);
    }

    /** All functions that are called, so that none is missing at its first use. */
    private static List<String> functions() {
      Stream<String> bound =
          Arrays.stream(LibbpfHeaders.class.getDeclaredMethods())
              .map(Method::getName)
              .filter(name -> name.endsWith("$address"))
              .map(name -> name.substring(0, name.length() - "$address".length()));
      return Stream.concat(
              bound,
              Stream.of(LibbpfCalls.LOOKUP_BATCH, LibbpfCalls.NEXT_PROGRAM, LibbpfCalls.NEXT_LINK))
          .sorted()
          .toList();
    }
  }

  /** {@return why libbpf cannot be used, and the remedy; null if it can} */
  public static Preflight.@Nullable Finding problem() {
    return Loaded.PROBLEM;
  }

  /**
   * Loads libbpf and checks that it has every function that this package calls.
   *
   * @throws BpfException if it is missing or too old; the remedy says what to install
   */
  public static void require() {
    Preflight.Finding problem = problem();
    if (problem != null) {
      throw new BpfException(
          problem.code(), "cannot use libbpf: " + problem.problem(), problem.remedy());
    }
  }

  /**
   * {@return the version, such as {@code v1.1}}
   *
   * @throws BpfException if it is missing or too old
   */
  public static String version() {
    require();
    return LibbpfCalls.version();
  }

  /**
   * {@return the number of possible CPUs, which is the number of values in an entry of a per-CPU
   * map}
   *
   * @throws BpfException if libbpf is missing or too old, or sysfs cannot be read
   */
  public static int possibleCpus() {
    require();
    return (int)
        NativeCall.logged("cannot read the number of possible CPUs", LibbpfCalls::possibleCpus);
  }

  /**
   * {@return the number of CPUs that are online now}
   *
   * @throws BpfException if sysfs cannot be read
   */
  public static int onlineCpus() {
    return OnlineCpus.read().length;
  }
}
