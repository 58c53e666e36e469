/**
 * Places in the text of an expression and what is wrong there.
 *
 * <p>Every stage reports a fault as a {@link io.dropwatch.pcapfilter.internal.source.SyntaxFault}
 * with the span it is about; the public entry point renders it as line, caret, expectation and fix.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.source;

import org.jspecify.annotations.NullMarked;
