package io.dropwatch.pcapfilter.internal.warn;

import io.dropwatch.pcapfilter.FilterWarning.Code;
import io.dropwatch.pcapfilter.internal.source.Span;
import org.jspecify.annotations.Nullable;

/**
 * What a visitor found.
 *
 * @param fix what to do; null if unknown
 * @param rewriter does that; null if nothing can
 */
record Finding(
    Code code, Span span, String message, @Nullable String fix, @Nullable Rewriter rewriter) {}
