/**
 * End-to-end tests: send packets in network namespaces, and compare the drops with the events of
 * {@link io.dropwatch.DropWatcher}. Need root. They fail, and are not skipped, if the probe cannot
 * be loaded.
 */
@NullMarked
package io.dropwatch.examples.e2e;

import org.jspecify.annotations.NullMarked;
