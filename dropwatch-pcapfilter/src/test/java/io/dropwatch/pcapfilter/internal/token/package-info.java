/** Tests of the tokens. */
@NullMarked
package io.dropwatch.pcapfilter.internal.token;

import org.jspecify.annotations.NullMarked;
