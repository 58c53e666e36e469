/** Tests of the classic BPF back-end. */
@NullMarked
package io.dropwatch.pcapfilter.internal.classic;

import org.jspecify.annotations.NullMarked;
