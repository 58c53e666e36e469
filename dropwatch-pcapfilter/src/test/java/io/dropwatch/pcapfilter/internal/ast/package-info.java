/** Tests of the syntax tree. */
@NullMarked
package io.dropwatch.pcapfilter.internal.ast;

import org.jspecify.annotations.NullMarked;
