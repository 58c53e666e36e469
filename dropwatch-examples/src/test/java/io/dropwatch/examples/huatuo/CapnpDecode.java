package io.dropwatch.examples.huatuo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Decodes messages with {@code capnp decode} of Debian's package capnproto. */
public final class CapnpDecode {
  private static final Path SCHEMA = Path.of("src/main/capnp/toolstream.capnp");

  private CapnpDecode() {}

  /** Returns each message of a stream as a line of text. */
  public static List<String> messages(byte[] stream) throws IOException, InterruptedException {
    Path file = Files.createTempFile("frames", ".bin");
    try {
      Files.write(file, stream);
      Process decode =
          new ProcessBuilder("capnp", "decode", "--short", SCHEMA.toString(), "Message")
              .redirectInput(file.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String text = new String(decode.getInputStream().readAllBytes(), UTF_8);
      if (decode.waitFor() != 0) {
        throw new IOException("capnp decode failed after: " + text);
      }
      return text.lines().toList();
    } finally {
      Files.delete(file);
    }
  }
}
