/**
 * Stage 4: checked predicate in, decision graph out.
 *
 * <p>A graph has two verdicts, branches on comparisons, and assignments of variables. Every path
 * through it evaluates what the predicate would, in the same order. Equal nodes are one node.
 *
 * <ol>
 *   <li>{@link io.dropwatch.pcapfilter.internal.ir.Lowering} builds the graph.
 *   <li>{@link io.dropwatch.pcapfilter.internal.ir.JumpThreading} removes branches whose outcome is
 *       known from earlier ones on the path.
 *   <li>{@link io.dropwatch.pcapfilter.internal.ir.SwitchLowering} turns long lists of values and
 *       ranges into search trees.
 *   <li>{@link io.dropwatch.pcapfilter.internal.ir.BranchReordering}, for classic BPF only, puts
 *       tests of the same number next to each other.
 *   <li>{@link io.dropwatch.pcapfilter.internal.ir.LoadCombining} combines comparisons of nearby
 *       fields.
 *   <li>{@link io.dropwatch.pcapfilter.internal.ir.TailMerging} merges parts that differ only in
 *       where they read.
 * </ol>
 *
 * <p>After that no path repeats a comparison whose outcome it knows, and no path reads a variable
 * that it has not assigned. Dataflow passes, here and in the back-ends, are subclasses of {@link
 * io.dropwatch.pcapfilter.internal.ir.BackwardAnalysis}. Text form: {@link
 * io.dropwatch.pcapfilter.internal.ir.GraphText}.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.ir;

import org.jspecify.annotations.NullMarked;
