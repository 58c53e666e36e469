package io.dropwatch.output;

/** Whether text is for a terminal that shows colours; only the caller knows. */
public enum TextStyle {
  /** Letters only, for files and pipes. */
  PLAIN,
  /** With ANSI escapes: losses in red, what says little in faint letters. */
  COLOURED
}
