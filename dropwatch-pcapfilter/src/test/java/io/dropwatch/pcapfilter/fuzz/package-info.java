/**
 * Strings of every kind for the filter compiler, many millions of them. In: a seed and a count.
 * Out: how many were filters, how many were refused, and those that did something else.
 */
@NullMarked
package io.dropwatch.pcapfilter.fuzz;

import org.jspecify.annotations.NullMarked;
