package io.dropwatch.bpf;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Damages an object file byte by byte. What {@link ElfVerifier} accepts, a child JVM opens with
 * libbpf: if that ends the child, or takes too long, the byte is reported.
 *
 * <p>All bytes of a file, with the class path of the tests (a third argument {@code load} also
 * relocates, which takes 50 ms for each):
 *
 * <pre>
 * java --enable-native-access=ALL-UNNAMED io.dropwatch.bpf.ObjectFuzz FILE STEP [load]
 * </pre>
 */
final class ObjectFuzz {
  /** What a byte becomes: two numbers at the ends, and neighbours that are nearly right. */
  private static final List<Function<Integer, Integer>> CHANGES =
      List.of(_ -> 0xff, old -> old ^ 0x80, old -> old + 1, old -> old - 1, _ -> 0, old -> old ^ 8);

  private static final int BATCH = 20_000;
  private static final int BATCH_SECONDS = 600;

  private final Path file;
  private final boolean load;
  private final List<String> failures = new ArrayList<>();
  private int accepted;

  private ObjectFuzz(Path file, boolean load) {
    this.file = file;
    this.load = load;
  }

  /** {@return the bytes that ended the child, or an exception other than BpfException} */
  static List<String> failures(Path file, int step, boolean load)
      throws IOException, InterruptedException {
    ObjectFuzz fuzz = new ObjectFuzz(file, load);
    byte[] elf = Files.readAllBytes(file);
    List<String> batch = new ArrayList<>();
    // A step that shares no factor with the size of a record meets all members.
    for (int i = 0; i < elf.length * CHANGES.size(); i += step) {
      int offset = i / CHANGES.size();
      byte old = elf[offset];
      byte changed = CHANGES.get(i % CHANGES.size()).apply((int) old).byteValue();
      if (changed == old) {
        continue;
      }
      elf[offset] = changed;
      if (fuzz.accepts(elf, offset)) {
        batch.add(offset + " " + changed);
      }
      elf[offset] = old;
      if (batch.size() == BATCH) {
        fuzz.open(batch);
        batch.clear();
      }
    }
    fuzz.open(batch);
    System.out.printf("%s: libbpf opened %d damaged objects%n", file, fuzz.accepted);
    return fuzz.failures;
  }

  private boolean accepts(byte[] elf, int offset) {
    try {
      ElfVerifier.verify(ElfImage.of(elf));
      return true;
    } catch (BpfException e) {
      return false;
    } catch (RuntimeException e) {
      failures.add(offset + " " + elf[offset] + ": " + e);
      return false;
    }
  }

  private void open(List<String> batch) throws IOException, InterruptedException {
    accepted += batch.size();
    int from = 0;
    while (from < batch.size()) {
      Path output = Files.createTempFile("object-fuzz", ".log");
      int done = child(batch.subList(from, batch.size()), output);
      from += done;
      if (from < batch.size()) {
        failures.add(batch.get(from) + ": the child ended, see " + output);
        from++;
      } else {
        Files.delete(output);
      }
    }
  }

  /** {@return how many objects the child opened} */
  private int child(List<String> batch, Path output) throws IOException, InterruptedException {
    Path place = Files.createTempFile("object-fuzz", ".place");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ErrorFileToStdout",
                "-cp",
                System.getProperty("java.class.path"),
                ObjectFuzz.class.getName(),
                "child",
                file.toString(),
                load ? "load" : "open",
                place.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      try (var in =
          new BufferedWriter(
              new OutputStreamWriter(child.getOutputStream(), StandardCharsets.UTF_8))) {
        for (String each : batch) {
          in.write(each + "\n");
        }
      } catch (IOException e) {
        // The child has ended.
      }
      boolean ended = child.waitFor(BATCH_SECONDS, TimeUnit.SECONDS);
      return ended && child.exitValue() == 0 ? batch.size() : (int) Files.size(place);
    } finally {
      child.destroyForcibly();
      Files.delete(place);
    }
  }

  /** Opens what the input names, and appends one byte to a file for each. */
  private static void runChild(Path file, boolean load, Path place) throws IOException {
    byte[] elf = Files.readAllBytes(file);
    if (load) {
      withoutTarget(elf);
    }
    try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var done = Files.newOutputStream(place)) {
      for (@Nullable String line = in.readLine(); line != null; line = in.readLine()) {
        String[] change = line.split(" ", -1);
        int offset = Integer.parseInt(change[0]);
        byte old = elf[offset];
        elf[offset] = Byte.parseByte(change[1]);
        try (BpfObject object = BpfObject.open("fuzz", elf)) {
          if (load) {
            object.load();
          }
        } catch (BpfException e) {
          // Refused.
        }
        elf[offset] = old;
        done.write(1);
      }
    }
  }

  /** Lets the load fail after libbpf has relocated: its program has no target. */
  private static void withoutTarget(byte[] elf) {
    byte[] target = "tp_btf/kfree_skb\0".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i + target.length < elf.length; i++) {
      if (new String(elf, i, target.length, StandardCharsets.ISO_8859_1)
          .equals("tp_btf/kfree_skb\0")) {
        elf[i + target.length - 2] = 'x';
      }
    }
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("child")) {
      runChild(Path.of(arguments[1]), arguments[2].equals("load"), Path.of(arguments[3]));
      return;
    }
    List<String> failures =
        failures(
            Path.of(arguments[0]),
            Integer.parseInt(arguments[1]),
            arguments.length > 2 && arguments[2].equals("load"));
    failures.forEach(System.out::println);
    System.exit(failures.isEmpty() ? 0 : 1);
  }
}
