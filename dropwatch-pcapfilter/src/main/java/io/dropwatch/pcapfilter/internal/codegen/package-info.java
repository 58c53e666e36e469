/**
 * What the two BPF back-ends share: opcodes, selection of instructions state by state, and the
 * graph of instructions before they are put into a sequence.
 *
 * <p>{@link io.dropwatch.pcapfilter.internal.codegen.InstructionSelector} visits a decision graph
 * and makes an {@link io.dropwatch.pcapfilter.internal.codegen.InstructionGraph}, in which equal
 * code is one node. A back-end says what a state is, which instructions a node has in it, and how
 * the result is laid out.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.codegen;

import org.jspecify.annotations.NullMarked;
