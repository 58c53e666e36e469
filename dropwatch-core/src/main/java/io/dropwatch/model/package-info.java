/**
 * What is known of a dropped packet beside its bytes, and what is counted: reason, stack, owner,
 * device, namespace, statistics. With {@link io.dropwatch.DropEvent} and {@link
 * io.dropwatch.layers} this is the event model, which knows nothing of how drops are watched.
 */
@NullMarked
package io.dropwatch.model;

import org.jspecify.annotations.NullMarked;
