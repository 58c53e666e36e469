package io.dropwatch.examples.filter;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Files named on the command line. */
final class InputFile {
  private InputFile() {}

  /**
   * Opens a file for reading; {@code -} is stdin.
   *
   * @throws IOException if the file cannot be opened; the message names it
   */
  static InputStream open(Path file) throws IOException {
    try {
      return file.toString().equals("-") ? System.in : Files.newInputStream(file);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (AccessDeniedException e) {
      throw new IOException("cannot read " + file + ": permission denied", e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Returns a failure to read with the file's name. */
  static IOException unreadable(Path file, IOException failure) {
    return new IOException("cannot read " + file + ": " + failure.getMessage(), failure);
  }
}
