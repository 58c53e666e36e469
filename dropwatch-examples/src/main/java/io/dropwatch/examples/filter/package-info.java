/**
 * {@code dropwatch filter}: compiles filter expressions and applies them to packets, without
 * privileges or native code. {@code ExpressionInput} and {@code PacketInput} are the inputs, {@code
 * FilterRun} applies one to the other.
 */
@NullMarked
package io.dropwatch.examples.filter;

import org.jspecify.annotations.NullMarked;
