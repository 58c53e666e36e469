/**
 * Names of services and protocols, from tables of this library.
 *
 * <p>libpcap reads the tables of the machine; here an expression means the same on every machine.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.names;

import org.jspecify.annotations.NullMarked;
