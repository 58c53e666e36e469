package io.dropwatch.pcapfilter.internal.bytecode;

import io.dropwatch.pcapfilter.SkbPacket;
import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.predicate.MetadataField;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/** Generates one method of a class, with a label for each node of the graph. */
final class MethodWriter {
  static final ClassDesc SELF =
      ClassDesc.of(MethodWriter.class.getPackageName() + ".GeneratedFilter");
  static final ClassDesc BASE = ClassDesc.of(CompiledFilter.class.getName());
  private static final ClassDesc SKB = ClassDesc.of(SkbPacket.class.getName());
  static final ClassDesc INTEGER = ClassDesc.of("java.lang.Integer");
  static final ClassDesc BYTES = ConstantDescs.CD_byte.arrayType();
  static final MethodTypeDesc INT_OF_TWO = ints(2);
  static final MethodTypeDesc TEST =
      MethodTypeDesc.of(
          ConstantDescs.CD_boolean, BYTES, ConstantDescs.CD_int, ConstantDescs.CD_int, SKB);
  static final int PACKET = 1;
  static final int MAC = 2;
  static final int WIRE_LENGTH = 3;
  static final int METADATA = 4;
  static final int CAPTURED = 5;
  static final int INDEX = 6;
  private static final int VARIABLES = 7;

  private final CodeBuilder code;
  private final LoadWriter loads;
  private final Map<Node, Label> labels = new HashMap<>();
  private final Map<Operand.Variable, Integer> variables = new HashMap<>();

  private MethodWriter(CodeBuilder code, Map<Operand.Load, Integer> words, boolean macPossible) {
    this.code = code;
    this.loads = new LoadWriter(code, words, macPossible, this::number);
  }

  /**
   * Generates a whole method.
   *
   * @param words the loads that are widened, with the ends of their words ({@link LoadWidening});
   *     empty for the slow path
   * @param usual bytes of the window to check at the start, if widened loads need them
   */
  static void write(
      CodeBuilder code,
      Graph graph,
      Map<Operand.Load, Integer> words,
      boolean macPossible,
      int usual) {
    new MethodWriter(code, words, macPossible).write(graph, usual);
  }

  private void write(Graph graph, int usual) {
    for (Node node : graph.nodes()) {
      labels.put(node, code.newLabel());
      if (node instanceof Node.Assign assign) {
        variables.computeIfAbsent(assign.variable(), _ -> VARIABLES + variables.size());
      }
    }
    for (int slot : variables.values()) {
      code.iconst_0().istore(slot);
    }
    loads.start(usual);
    loads.mayFollow(graph.root());
    for (Node node : graph.nodes().reversed()) {
      code.labelBinding(label(node));
      loads.at(node);
      switch (node) {
        case Node.Verdict verdict -> code.loadConstant(verdict.accept() ? 1 : 0).ireturn();
        case Node.Assign assign -> {
          loads.check(assign.operand());
          number(assign.operand());
          code.istore(slot(assign.variable())).goto_(label(assign.next()));
          loads.forget(assign.variable());
          loads.mayFollow(assign.next());
        }
        case Node.Branch branch -> {
          branch.operands().forEach(loads::check);
          compare(branch.test(), label(branch.yes()));
          code.goto_(label(branch.no()));
          loads.mayFollow(branch.yes());
          loads.mayFollow(branch.no());
        }
      }
    }
    loads.end();
  }

  private Label label(Node node) {
    Label label = labels.get(node);
    if (label == null) {
      throw new IllegalStateException("node %d is not of this graph".formatted(node.id()));
    }
    return label;
  }

  private int slot(Operand.Variable variable) {
    return variables.getOrDefault(variable, -1);
  }

  private void compare(Predicate.Compare test, Label yes) {
    if (comparedInPlace(test, yes)) {
      return;
    }
    number(test.left());
    number(test.right());
    if (test.relation() == Relation.EQUAL) {
      code.if_icmpeq(yes);
      return;
    }
    if (test.relation() == Relation.COMMON_BITS) {
      code.iand().ifne(yes);
      return;
    }
    code.invokestatic(INTEGER, "compareUnsigned", INT_OF_TWO);
    if (test.relation() == Relation.GREATER) {
      code.ifgt(yes);
    } else {
      code.ifge(yes);
    }
  }

  /**
   * Compares a field with a constant, if possible, without converting the field to a number: the
   * constant gets the form that it would have in the packet.
   *
   * @return whether it was possible
   */
  private boolean comparedInPlace(Predicate.Compare test, Label yes) {
    if (!(test.right() instanceof Operand.Constant(int value))) {
      return false;
    }
    boolean bits = test.relation() == Relation.COMMON_BITS;
    if (test.left() instanceof Operand.Load load && loads.holds(load, value)) {
      if (bits) {
        loads.masked(load, value);
        code.ifne(yes);
        return true;
      }
      return test.relation() == Relation.EQUAL && equalInPlace(load, -1, value, yes);
    }
    return test.relation() == Relation.EQUAL
        && test.left() instanceof Operand.Binary masked
        && masked.operator() == Operand.Operator.AND
        && masked.left() instanceof Operand.Load load
        && masked.right() instanceof Operand.Constant(int mask)
        && loads.holds(load, value)
        && equalInPlace(load, mask, value, yes);
  }

  private boolean equalInPlace(Operand.Load load, int mask, int value, Label yes) {
    loads.masked(load, mask);
    if (value == 0) {
      code.ifeq(yes);
    } else {
      code.loadConstant(loads.inPlace(load, value)).if_icmpeq(yes);
    }
    return true;
  }

  private void number(Operand operand) {
    switch (operand) {
      case Operand.Constant(int value) -> code.loadConstant(value);
      case Operand.WireLength _ -> code.iload(WIRE_LENGTH);
      case Operand.Metadata(MetadataField field) ->
          code.aload(METADATA).invokevirtual(SKB, accessor(field), ints(0));
      case Operand.Variable variable -> {
        int slot = slot(variable);
        if (slot < 0) {
          code.iconst_0();
        } else {
          code.iload(slot);
        }
      }
      case Operand.Load load -> loads.read(load);
      case Operand.Binary binary -> binary(binary);
    }
  }

  private static String accessor(MetadataField field) {
    return switch (field) {
      case MAC_LENGTH -> "macLength";
      case PROTOCOL -> "protocol";
      case VLAN_TCI -> "vlanTci";
      case VLAN_PROTOCOL -> "vlanProtocol";
      case PACKET_TYPE -> "packetType";
      case IFINDEX -> "ifindex";
    };
  }

  private void binary(Operand.Binary binary) {
    number(binary.left());
    number(binary.right());
    switch (binary.operator()) {
      case ADD -> code.iadd();
      case SUBTRACT -> code.isub();
      case MULTIPLY -> code.imul();
      case AND -> code.iand();
      case OR -> code.ior();
      case XOR -> code.ixor();
      case SHIFT_LEFT -> code.invokestatic(BASE, "shiftLeft", INT_OF_TWO);
      case SHIFT_RIGHT -> code.invokestatic(BASE, "shiftRight", INT_OF_TWO);
      case DIVIDE -> divide("divideUnsigned");
      case MODULO -> divide("remainderUnsigned");
    }
  }

  // A rejection returns at once, whatever is on the operand stack.
  private void divide(String method) {
    Label on = code.newLabel();
    code.istore(INDEX).iload(INDEX);
    code.ifne(on).iconst_0().ireturn().labelBinding(on);
    code.iload(INDEX).invokestatic(INTEGER, method, INT_OF_TWO);
  }

  static MethodTypeDesc ints(int count) {
    return MethodTypeDesc.of(
        ConstantDescs.CD_int, Collections.nCopies(count, ConstantDescs.CD_int));
  }
}
