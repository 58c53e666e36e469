package io.dropwatch.pcapfilter.internal.warn;

import io.dropwatch.pcapfilter.FilterWarning.Code;
import io.dropwatch.pcapfilter.internal.source.Span;
import org.jspecify.annotations.Nullable;

/**
 * A warning about a part of the expression.
 *
 * @param fix what to do; null if unknown
 * @param suggestion the whole expression with that done; null if there is none
 */
public record Warning(
    Code code, Span span, String message, @Nullable String fix, @Nullable String suggestion) {}
