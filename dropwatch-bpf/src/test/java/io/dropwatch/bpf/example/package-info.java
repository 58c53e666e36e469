/** The example of the README. */
@org.jspecify.annotations.NullMarked
package io.dropwatch.bpf.example;
