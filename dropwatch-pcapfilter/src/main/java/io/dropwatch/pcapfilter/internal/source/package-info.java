/**
 * Positions in the text of an expression, and syntax errors.
 *
 * <p>Every stage reports a fault as a {@link io.dropwatch.pcapfilter.internal.source.SyntaxFault}
 * with its span; the public API turns it into a message with line, carets, expectation and fix.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.source;

import org.jspecify.annotations.NullMarked;
