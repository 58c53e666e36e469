package io.dropwatch.examples.fuzz;

import io.dropwatch.DropEvent;
import io.dropwatch.bpf.BpfException;
import io.dropwatch.bpf.BpfObject;
import io.dropwatch.bpf.KernelBtf;
import io.dropwatch.internal.record.MalformedRecordException;
import io.dropwatch.internal.record.RecordDecoder;
import io.dropwatch.internal.record.WallClock;
import io.dropwatch.layers.Layers;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.StackFrame;
import io.dropwatch.output.JsonReader;
import io.dropwatch.output.JsonWriter;
import io.dropwatch.output.RecordingFormatException;
import io.dropwatch.output.TextWriter;
import io.dropwatch.pcapfilter.Filter;
import io.dropwatch.pcapfilter.FilterSyntaxException;
import io.dropwatch.pcapfilter.FilterWarning;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.SkbFilter;
import io.dropwatch.pcapfilter.packet.CaptureFormatException;
import io.dropwatch.pcapfilter.packet.CaptureReader;
import io.dropwatch.pcapfilter.packet.CapturedPacket;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * What takes hostile input. An input is a finding if {@link #run} throws, ends the JVM, takes
 * seconds, or needs more memory than Jazzer is started with.
 */
enum FuzzTarget {
  /** A filter expression: a filter that prints as an equal one, or an error with a place. */
  FILTER {
    @Override
    void run(byte[] input) {
      String text = new String(input, StandardCharsets.UTF_8);
      try {
        PcapFilter filter = PcapFilter.compile(text, LinkType.ETHERNET);
        String printed = filter.toString();
        String again = PcapFilter.compile(printed, LinkType.ETHERNET).toString();
        require(again.equals(printed), printed, again);
        generate(filter);
        for (FilterWarning warning : filter.warnings()) {
          requirePrintable(warning.toString());
          if (warning.suggestion() != null) {
            PcapFilter.compile(warning.suggestion(), LinkType.ETHERNET);
          }
        }
        generate(SkbFilter.compile(text));
      } catch (FilterSyntaxException e) {
        require(e.offset() >= 0 && e.offset() <= text.length(), "offset", e.offset());
        requirePrintable(String.valueOf(e.getMessage()));
      }
    }

    private void generate(Filter filter) {
      try {
        var _ = filter.ebpf().toBytes();
        var _ = filter.classicBpf().toBytes();
      } catch (UnsupportedOperationException _) {
        // Documented: a filter can need more room than a back-end has.
      }
      filter.warnings().forEach(warning -> requirePrintable(warning.toString()));
    }
  },

  /** A pcap or pcapng file. */
  CAPTURE {
    @Override
    void run(byte[] input) throws IOException {
      try (CaptureReader reader = CaptureReader.of(new ByteArrayInputStream(input))) {
        for (CapturedPacket packet = reader.next(); packet != null; packet = reader.next()) {
          var _ = packet.toSkb();
        }
      } catch (CaptureFormatException e) {
        requirePrintable(String.valueOf(e.getMessage()));
      }
    }
  },

  /** A packet: two bytes of EtherType, then its bytes, with and without a MAC header. */
  PACKET {
    @Override
    void run(byte[] input) {
      int etherType = input.length < 2 ? 0 : (input[0] & 0xff) << 8 | (input[1] & 0xff);
      byte[] packet = input.length < 2 ? input : Arrays.copyOfRange(input, 2, input.length);
      for (LinkType linkType : LinkType.values()) {
        requirePrintable(Layers.decode(linkType, packet, etherType).label());
      }
    }
  },

  /** A record of the ring: an event that every output takes, or refused. */
  RECORD {
    @Override
    void run(byte[] input) {
      var decoder =
          new RecordDecoder(new WallClock(), DropReason::unnamed, _ -> StackFrame::unknown, 64);
      DropEvent event;
      try {
        event = decoder.decode(MemorySegment.ofArray(input), null);
      } catch (MalformedRecordException _) {
        return;
      }
      requireRepeatable(event);
    }
  },

  /** A recording in NDJSON: events that are written and read again as equal ones, or refused. */
  RECORDING {
    @Override
    void run(byte[] input) {
      try (JsonReader reader = new JsonReader(new ByteArrayInputStream(input))) {
        DropEvent event = reader.read();
        while (event != null) {
          requireRepeatable(event);
          event = reader.read();
        }
      } catch (RecordingFormatException | UncheckedIOException e) {
        // Unchecked: compressed data that is damaged, or of another program.
        requirePrintable(String.valueOf(e.getMessage()));
      }
    }
  },

  /** BTF, as the kernel and objects have it. */
  BTF {
    @Override
    void run(byte[] input) {
      try {
        KernelBtf btf = KernelBtf.of(input);
        var _ = btf.enumValues("skb_drop_reason");
        var _ = btf.enumsEndingWith("_reason");
        var _ = btf.parameters("btf_trace_kfree_skb");
        var _ = btf.hasFunction("kfree_skb");
        var _ = btf.hasStructField("sk_buff", "dev");
      } catch (BpfException e) {
        requirePrintable(String.valueOf(e.getMessage()));
      }
    }
  },

  /** An eBPF object, opened by libbpf: what it cannot take is refused before. */
  OBJECT {
    @Override
    void run(byte[] input) {
      try (BpfObject object = BpfObject.open("fuzz", input)) {
        object.programNames().forEach(name -> requirePrintable(object.program(name).name()));
        object.mapNames().forEach(name -> requirePrintable(object.map(name).name()));
      } catch (BpfException | IllegalArgumentException e) {
        requirePrintable(String.valueOf(e.getMessage()));
      }
    }
  };

  /** Gives the target an input. */
  abstract void run(byte[] input) throws IOException;

  /** Returns the name on the command line and of the file of kept inputs. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static void requireRepeatable(DropEvent event) {
    requirePrintable(TextWriter.format(event));
    String json = JsonWriter.format(event);
    requirePrintable(json);
    try (var reader =
        new JsonReader(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)))) {
      DropEvent again = reader.read();
      require(event.equals(again), event, String.valueOf(again));
    }
  }

  static void requirePrintable(String text) {
    require(
        text.chars().noneMatch(c -> c != '\n' && c != '\t' && Character.isISOControl(c)),
        "a control character",
        text);
  }

  private static void require(boolean condition, Object wanted, Object was) {
    if (!condition) {
      throw new AssertionError(wanted + " | " + was);
    }
  }
}
