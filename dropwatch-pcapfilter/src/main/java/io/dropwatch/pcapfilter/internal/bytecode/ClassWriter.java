package io.dropwatch.pcapfilter.internal.bytecode;

import io.dropwatch.pcapfilter.SkbPacket;
import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.predicate.MetadataField;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import io.dropwatch.pcapfilter.internal.predicate.Quantity.Area;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the class of a graph. */
public final class ClassWriter {
  /** Larger methods are not compiled by HotSpot (HugeMethodLimit is 8000 bytes). */
  private static final int NODE_LIMIT = 250;

  private static final ClassDesc SELF =
      ClassDesc.of(ClassWriter.class.getPackageName() + ".GeneratedTest");
  private static final ClassDesc BASE = ClassDesc.of(PacketTest.class.getName());
  private static final ClassDesc SKB = ClassDesc.of(SkbPacket.class.getName());
  private static final ClassDesc INTEGER = ClassDesc.of("java.lang.Integer");
  private static final ClassDesc BYTES = ConstantDescs.CD_byte.arrayType();
  private static final MethodTypeDesc INT_OF_TWO = ints(2);
  private static final MethodTypeDesc BOOLEAN_TEST =
      MethodTypeDesc.of(
          ConstantDescs.CD_boolean, BYTES, ConstantDescs.CD_int, ConstantDescs.CD_int, SKB);
  private static final int PACKET = 1;
  private static final int MAC = 2;
  private static final int WIRE_LENGTH = 3;
  private static final int METADATA = 4;
  private static final int CAPTURED = 5;
  private static final int PLACE = 6;
  private static final int VARIABLES = 7;

  private final CodeBuilder code;
  private final Map<Node, Label> labels = new HashMap<>();
  private final Map<Quantity.Variable, Integer> variables = new HashMap<>();
  private final boolean macPossible;

  /** Bytes from the window's start that every path to a node has found captured. */
  private final Map<Node, Integer> found = new HashMap<>();

  /** The same at the place that is being written. */
  private int captured;

  private ClassWriter(CodeBuilder code, Graph graph, boolean macPossible) {
    this.code = code;
    this.macPossible = macPossible;
    for (Node node : graph.nodes()) {
      labels.put(node, code.newLabel());
      if (node instanceof Node.Assign assign) {
        variables.computeIfAbsent(assign.variable(), _ -> VARIABLES + variables.size());
      }
    }
  }

  /**
   * The graph as a class of its own, or null when it is too large to be compiled well.
   *
   * @param macPossible false: the class is only given packets whose {@code mac} is 0
   */
  public static @Nullable PacketTest write(Graph graph, boolean macPossible) {
    if (graph.nodes().size() > NODE_LIMIT) {
      return null;
    }
    byte[] bytes =
        ClassFile.of()
            .build(
                SELF,
                type -> {
                  type.withFlags(ClassFile.ACC_FINAL).withSuperclass(BASE);
                  type.withMethodBody(
                      ConstantDescs.INIT_NAME,
                      ConstantDescs.MTD_void,
                      0,
                      init ->
                          init.aload(0)
                              .invokespecial(BASE, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                              .return_());
                  type.withMethodBody(
                      "matches",
                      BOOLEAN_TEST,
                      ClassFile.ACC_PUBLIC,
                      body -> new ClassWriter(body, graph, macPossible).body(graph));
                });
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup().defineHiddenClass(bytes, true);
      return (PacketTest)
          lookup.findConstructor(lookup.lookupClass(), MethodType.methodType(void.class)).invoke();
    } catch (Throwable e) {
      throw new IllegalStateException("the JVM refuses the class of a filter", e);
    }
  }

  private void body(Graph graph) {
    code.aload(PACKET).arraylength();
    if (macPossible) {
      code.iload(MAC).isub();
    }
    code.istore(CAPTURED);
    for (int slot : variables.values()) {
      code.iconst_0().istore(slot);
    }
    for (Node node : graph.nodes().reversed()) {
      code.labelBinding(label(node));
      captured = found.getOrDefault(node, 0);
      switch (node) {
        case Node.Verdict verdict -> code.loadConstant(verdict.accept() ? 1 : 0).ireturn();
        case Node.Assign assign -> {
          number(assign.quantity());
          code.istore(slot(assign.variable())).goto_(label(assign.next()));
          found.merge(assign.next(), captured, Math::min);
        }
        case Node.Branch branch -> {
          compare(branch.test(), label(branch.yes()));
          code.goto_(label(branch.no()));
          found.merge(branch.yes(), captured, Math::min);
          found.merge(branch.no(), captured, Math::min);
        }
      }
    }
  }

  private Label label(Node node) {
    Label label = labels.get(node);
    if (label == null) {
      throw new IllegalStateException("node is not of this graph");
    }
    return label;
  }

  private int slot(Quantity.Variable variable) {
    return variables.getOrDefault(variable, -1);
  }

  private void compare(Predicate.Compare test, Label yes) {
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

  private void number(Quantity quantity) {
    switch (quantity) {
      case Quantity.Constant(int value) -> code.loadConstant(value);
      case Quantity.WireLength _ -> code.iload(WIRE_LENGTH);
      case Quantity.Metadata(MetadataField field) ->
          code.aload(METADATA).invokevirtual(SKB, accessor(field), ints(0));
      case Quantity.Variable variable -> {
        int slot = slot(variable);
        if (slot < 0) {
          code.iconst_0();
        } else {
          code.iload(slot);
        }
      }
      case Quantity.Load load -> load(load);
      case Quantity.Binary binary -> binary(binary);
    }
  }

  private static String accessor(MetadataField field) {
    return switch (field) {
      case MAC_LENGTH -> "macLength";
      case PROTOCOL -> "protocol";
      case VLAN_TCI -> "vlanTci";
      case VLAN_PROTOCOL -> "vlanProtocol";
      case PACKET_TYPE -> "packetType";
      case INTERFACE_INDEX -> "interfaceIndex";
    };
  }

  // A rejection returns at once: what lies on the operand stack does not matter then.
  private void load(Quantity.Load load) {
    boolean mac = load.area() == Area.MAC;
    long end = Integer.toUnsignedLong(load.offset()) + load.size();
    if (end > Integer.MAX_VALUE) {
      rejectUnless(code::iconst_0);
      code.iconst_0();
      return;
    }
    if (mac) {
      rejectUnless(() -> code.iload(MAC));
    }
    require(mac, (int) end);
    if (load.index() == null) {
      code.aload(PACKET).loadConstant(load.offset());
    } else {
      number(load.index());
      code.istore(PLACE);
      Label on = code.newLabel();
      code.iload(PLACE);
      length(mac);
      code.loadConstant((int) end).isub();
      code.invokestatic(INTEGER, "compareUnsigned", INT_OF_TWO).ifle(on);
      code.iconst_0().ireturn().labelBinding(on);
      code.aload(PACKET).iload(PLACE).loadConstant(load.offset()).iadd();
    }
    if (!mac && macPossible) {
      code.iload(MAC).iadd();
    }
    read(load.size());
  }

  /** Rejects packets with fewer bytes; of the window only where that is not known already. */
  private void require(boolean mac, int bytes) {
    if (!mac) {
      if (bytes <= captured) {
        return;
      }
      captured = bytes;
    }
    Label on = code.newLabel();
    length(mac);
    code.loadConstant(bytes).if_icmpge(on);
    code.iconst_0().ireturn().labelBinding(on);
  }

  private void length(boolean mac) {
    if (mac) {
      code.aload(PACKET).arraylength();
    } else {
      code.iload(CAPTURED);
    }
  }

  private void read(int size) {
    MethodTypeDesc read = MethodTypeDesc.of(ConstantDescs.CD_int, BYTES, ConstantDescs.CD_int);
    switch (size) {
      case 1 -> code.baload().loadConstant(0xff).iand();
      case 2 -> code.invokestatic(BASE, "u16", read);
      default -> code.invokestatic(BASE, "u32", read);
    }
  }

  private void binary(Quantity.Binary binary) {
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

  private void divide(String method) {
    code.istore(PLACE);
    rejectUnless(() -> code.iload(PLACE));
    code.iload(PLACE).invokestatic(INTEGER, method, INT_OF_TWO);
  }

  private void rejectUnless(Runnable nonZero) {
    Label on = code.newLabel();
    nonZero.run();
    code.ifne(on).iconst_0().ireturn().labelBinding(on);
  }

  private static MethodTypeDesc ints(int count) {
    return MethodTypeDesc.of(
        ConstantDescs.CD_int, Collections.nCopies(count, ConstantDescs.CD_int));
  }
}
