package io.dropwatch.pcapfilter.internal.warn;

import io.dropwatch.pcapfilter.FilterWarning.Code;
import io.dropwatch.pcapfilter.internal.source.Span;
import org.jspecify.annotations.Nullable;

/**
 * A warning about a part of the expression.
 *
 * @param fix the likely fix; null if unknown
 */
public record Warning(Code code, Span span, String message, @Nullable String fix) {}
