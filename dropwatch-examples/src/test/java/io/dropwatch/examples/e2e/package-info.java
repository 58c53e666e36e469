/**
 * End to end: packets go into namespaces of the test's own, the running kernel drops them, {@link
 * io.dropwatch.DropWatcher} tells. As root; where the kernel can run the probe these tests fail and
 * never skip.
 */
@NullMarked
package io.dropwatch.examples.e2e;

import org.jspecify.annotations.NullMarked;
