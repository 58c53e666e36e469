/**
 * What is known about the terminal that a program writes to. In: the environment. Out: whether it
 * may be coloured.
 */
@NullMarked
package io.dropwatch.examples.terminal;

import org.jspecify.annotations.NullMarked;
