/** The stream to a daemon: its bytes as Cap'n Proto's own tool reads them, and bad daemons. */
@NullMarked
package io.dropwatch.examples.huatuo;

import org.jspecify.annotations.NullMarked;
