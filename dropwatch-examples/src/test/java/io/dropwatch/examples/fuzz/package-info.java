/**
 * Coverage-guided fuzzing of everything that reads hostile input: {@link
 * io.dropwatch.examples.fuzz.FuzzTarget}. {@code .ci/fuzz} runs a target under Jazzer; each test
 * run repeats the inputs that were kept.
 */
@NullMarked
package io.dropwatch.examples.fuzz;

import org.jspecify.annotations.NullMarked;
