/**
 * Names that an expression may use for numbers: services and protocols, from tables of our own.
 *
 * <p>libpcap asks the machine it runs on; here the same expression means the same everywhere.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.names;

import org.jspecify.annotations.NullMarked;
