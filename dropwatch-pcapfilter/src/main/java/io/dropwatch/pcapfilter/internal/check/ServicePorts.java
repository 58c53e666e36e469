package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.internal.names.Services;
import io.dropwatch.pcapfilter.internal.names.Services.Service;
import io.dropwatch.pcapfilter.internal.source.Span;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Resolves names of ports and ranges; a service may imply its protocol. */
final class ServicePorts {
  // What follows the second number is ignored, as sscanf(3) in libpcap ignores it.
  private static final Pattern NUMBERS = Pattern.compile("([0-9]{1,9})-([0-9]{1,9})");

  private final OptionalInt protocol;
  private final Span span;

  ServicePorts(OptionalInt protocol, Span span) {
    this.protocol = protocol;
    this.span = span;
  }

  /** Bounds, and the protocol: the one that was written, or the only one of the service. */
  record Range(int first, int last, OptionalInt protocol) {}

  Range single(String name) {
    Service service = find(name);
    return new Range(service.port(), service.port(), protocol(service.protocol()));
  }

  Range range(String name) {
    Matcher numbers = NUMBERS.matcher(name);
    if (numbers.lookingAt()) {
      int first = Integer.parseInt(numbers.group(1));
      int last = Integer.parseInt(numbers.group(2));
      return new Range(first, last, protocol);
    }
    int dash = name.indexOf('-');
    if (dash < 0) {
      throw SyntaxFault.at(span, "'" + name + "' is not a port range")
          .expecting("two ports such as 1000-2000");
    }
    Service first = find(name.substring(0, dash));
    Service last = find(name.substring(dash + 1));
    boolean same = first.protocol().equals(last.protocol());
    OptionalInt common = same ? last.protocol() : OptionalInt.empty();
    return new Range(first.port(), last.port(), protocol(common));
  }

  private Service find(String name) {
    Service service = Services.find(name);
    if (service == null) {
      SyntaxFault fault =
          SyntaxFault.at(span, "unknown service '" + name + "'")
              .expecting("a port from 0 to 65535, or the name of a service such as 'https'");
      if (name.equals("dns")) {
        throw fault.fix("write 'domain', or 53");
      }
      throw NUMBERS.matcher(name).lookingAt() ? fault.fix("write 'portrange " + name + "'") : fault;
    }
    return service;
  }

  private OptionalInt protocol(OptionalInt ofService) {
    if (protocol.isEmpty() || ofService.isEmpty() || ofService.equals(protocol)) {
      return protocol.isEmpty() ? ofService : protocol;
    }
    String only = ofService.getAsInt() == PortPredicates.TCP ? "tcp" : "udp";
    throw SyntaxFault.at(span, "the service is defined for " + only + " only")
        .fix("write '" + only + "', or the number of the port");
  }
}
