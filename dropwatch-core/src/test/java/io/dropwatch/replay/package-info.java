@NullMarked
package io.dropwatch.replay;

import org.jspecify.annotations.NullMarked;
