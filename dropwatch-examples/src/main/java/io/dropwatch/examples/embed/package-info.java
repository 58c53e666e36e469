/**
 * Small programs that embed the SDK, to copy. Each has a {@code main} method and needs root. Run
 * them from the module's directory after a build:
 *
 * <pre>{@code
 * sudo java --enable-native-access=ALL-UNNAMED -cp 'target/classes:target/lib/*' io.dropwatch.examples.embed.CountByReason 10
 * }</pre>
 */
@NullMarked
package io.dropwatch.examples.embed;

import org.jspecify.annotations.NullMarked;
