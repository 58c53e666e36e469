package io.dropwatch.bpf;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** What went wrong with a file, in words; the exceptions' own messages are only its path. */
final class FileProblem {
  private FileProblem() {}

  static String of(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "this process may not read it";
      default -> String.valueOf(e.getMessage());
    };
  }
}
