/**
 * What is known about where a program writes to. In: the environment, a descriptor. Out: whether it
 * may be coloured, whether anybody still reads.
 */
@NullMarked
package io.dropwatch.examples.terminal;

import org.jspecify.annotations.NullMarked;
