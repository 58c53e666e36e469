package io.dropwatch.examples.cli;

import io.dropwatch.output.JsonDialect;

/** Values of {@code --json-dialect}, spelt as users write them. */
enum Dialect {
  standard(JsonDialect.DEFAULT),
  huatuo(JsonDialect.HUATUO);

  final JsonDialect json;

  Dialect(JsonDialect json) {
    this.json = json;
  }
}
