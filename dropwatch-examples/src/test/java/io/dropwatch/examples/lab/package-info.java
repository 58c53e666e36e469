/** The lab itself: what it makes is what it says, and nothing of it stays. */
@NullMarked
package io.dropwatch.examples.lab;

import org.jspecify.annotations.NullMarked;
