package io.dropwatch.pcapfilter.packet;

import io.dropwatch.pcapfilter.LinkType;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A packet of a capture file.
 *
 * @param number from 1, over the whole file
 * @param time when it was captured; null where the file does not say (Simple Packet Blocks)
 * @param linkType what its first byte belongs to
 * @param bytes the captured ones
 * @param wireLength length of the packet on the wire, in bytes
 * @param interfaceNumber which of the section's interfaces captured it, from 0
 */
@SuppressWarnings("ArrayRecordComponent")
public record CapturedPacket(
    long number,
    @Nullable Instant time,
    LinkType linkType,
    byte[] bytes,
    int wireLength,
    int interfaceNumber) {}
