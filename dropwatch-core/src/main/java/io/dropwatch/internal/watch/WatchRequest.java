package io.dropwatch.internal.watch;

import io.dropwatch.model.DropWarning;
import io.dropwatch.model.OwnerResolver;
import io.dropwatch.model.RingKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the builder was given: in range, but not yet compared with this machine. The components are
 * those of {@code io.dropwatch.DropWatcherBuilder}.
 *
 * @param bpfObject null: the embedded one
 * @param onError null: log
 * @param onWarning null: log
 */
public record WatchRequest(
    Selection selection,
    @Nullable Path bpfObject,
    int maxEventsPerSecond,
    int stackDepth,
    Duration stackPeriod,
    RingKind ring,
    int ringBytesPerCpu,
    Duration maxLatency,
    DeliveryMode delivery,
    @Nullable Consumer<Throwable> onError,
    OwnerResolver ownerResolver,
    @Nullable Consumer<DropWarning> onWarning) {}
