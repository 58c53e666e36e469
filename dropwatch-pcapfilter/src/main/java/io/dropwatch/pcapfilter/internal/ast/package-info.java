/**
 * Stage 2: tokens in, syntax tree out.
 *
 * <p>The tree keeps what was written: groups, chains of {@code and} and {@code or} in their order
 * (they have equal precedence), values without qualifiers of their own. The next stage finds what a
 * value inherits. Text forms: {@link io.dropwatch.pcapfilter.internal.ast.Printer} prints an
 * expression that parses to the same tree; {@link io.dropwatch.pcapfilter.internal.ast.TreeDump}
 * shows the nesting.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.ast;

import org.jspecify.annotations.NullMarked;
