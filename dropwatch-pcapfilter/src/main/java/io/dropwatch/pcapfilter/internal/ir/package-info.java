/**
 * Stage 4: checked predicate in, decision graph out.
 *
 * <p>A graph has two verdicts, branches on comparisons and assignments of variables; every path
 * through it evaluates what the predicate would, in the same order. Equal nodes are one node.
 * {@link io.dropwatch.pcapfilter.internal.ir.Lowering} builds it, {@link
 * io.dropwatch.pcapfilter.internal.ir.JumpThreading} removes branches whose outcome is known from
 * what came before on the path, {@link io.dropwatch.pcapfilter.internal.ir.LoadCombining} joins
 * neighbouring fields that must both be right. After that no path compares the same number twice in
 * vain, and no variable is read that the path has not assigned. Text form: {@link
 * io.dropwatch.pcapfilter.internal.ir.GraphText}.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.ir;

import org.jspecify.annotations.NullMarked;
