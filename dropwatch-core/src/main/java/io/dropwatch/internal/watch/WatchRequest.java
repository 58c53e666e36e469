package io.dropwatch.internal.watch;

import io.dropwatch.model.NoiseRule;
import io.dropwatch.model.OwnerResolver;
import io.dropwatch.model.RingKind;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the builder was told, in range but not yet compared with this machine. The components are
 * those of {@link io.dropwatch.DropWatcherBuilder}.
 *
 * @param onError null: log
 * @param onWarning null: log
 */
public record WatchRequest(
    Selection selection,
    List<NoiseRule> noiseRules,
    int maxEventsPerSecond,
    int stackDepth,
    Duration stackPeriod,
    RingKind ring,
    int ringBytesPerCpu,
    Duration maxLatency,
    Listening listening,
    @Nullable Consumer<Throwable> onError,
    OwnerResolver ownerResolver,
    @Nullable Consumer<String> onWarning) {}
