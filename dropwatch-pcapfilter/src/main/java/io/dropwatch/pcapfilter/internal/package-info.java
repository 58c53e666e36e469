/** The stages of compilation, one package each, and what all of them use. */
@NullMarked
package io.dropwatch.pcapfilter.internal;

import org.jspecify.annotations.NullMarked;
