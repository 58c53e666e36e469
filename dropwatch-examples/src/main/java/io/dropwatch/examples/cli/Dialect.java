package io.dropwatch.examples.cli;

/** Values of {@code --json-dialect}, spelt as users write them. */
enum Dialect {
  standard,
  huatuo
}
