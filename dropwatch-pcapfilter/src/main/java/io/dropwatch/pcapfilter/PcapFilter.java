package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.internal.ast.Parser;
import io.dropwatch.pcapfilter.internal.check.Checker;
import io.dropwatch.pcapfilter.internal.interpret.Interpreter;
import io.dropwatch.pcapfilter.internal.interpret.PacketView;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import io.dropwatch.pcapfilter.internal.token.Lexer;

/** A compiled filter expression of pcap-filter(7). */
public final class PcapFilter {
  private final Predicate predicate;

  private PcapFilter(Predicate p) {
    this.predicate = p;
  }

  /**
   * Compiles an expression.
   *
   * @throws FilterSyntaxException if it is no filter
   */
  public static PcapFilter compile(String expression, LinkType linkType) {
    try {
      return new PcapFilter(Checker.check(Parser.parse(Lexer.tokens(expression)), linkType));
    } catch (SyntaxFault fault) {
      throw FilterSyntaxException.of(expression, fault);
    }
  }

  /** Whether a packet of captured bytes and a length on the wire matches. */
  public boolean matches(byte[] packet, int wireLength) {
    return Interpreter.matches(predicate, PacketView.of(packet, wireLength));
  }
}
