package io.dropwatch.pcapfilter.internal.bytecode;

import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import java.lang.classfile.ClassFile;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Generates the hidden class of a filter. */
public final class ClassWriter {
  /** Larger graphs make methods that HotSpot does not compile (HugeMethodLimit, 8000 bytes). */
  private static final int MAX_NODES = 250;

  private ClassWriter() {}

  /**
   * Returns an instance of a class for the graph, or null when the graph is too large.
   *
   * @param macPossible false if {@code mac} is 0 for every packet
   * @param usual bytes of the window that all but broken packets have. They are checked once at the
   *     start; for reads after them each path checks the length
   */
  public static @Nullable CompiledFilter write(Graph graph, boolean macPossible, int usual) {
    if (graph.nodes().size() > MAX_NODES) {
      return null;
    }
    Map<Operand.Load, Integer> words = LoadWidening.ends(graph, usual);
    byte[] bytes =
        ClassFile.of()
            .build(
                MethodWriter.SELF,
                type -> {
                  type.withFlags(ClassFile.ACC_FINAL).withSuperclass(MethodWriter.BASE);
                  type.withMethodBody(
                      ConstantDescs.INIT_NAME,
                      ConstantDescs.MTD_void,
                      0,
                      init ->
                          init.aload(0)
                              .invokespecial(
                                  MethodWriter.BASE,
                                  ConstantDescs.INIT_NAME,
                                  ConstantDescs.MTD_void)
                              .return_());
                  type.withMethodBody(
                      "matches",
                      MethodWriter.TEST,
                      ClassFile.ACC_PUBLIC,
                      body -> MethodWriter.write(body, graph, words, macPossible, usual));
                  if (!words.isEmpty()) {
                    type.withMethodBody(
                        LoadWriter.SLOW_PATH,
                        MethodWriter.TEST,
                        ClassFile.ACC_PRIVATE,
                        body -> MethodWriter.write(body, graph, Map.of(), macPossible, 0));
                  }
                });
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup().defineHiddenClass(bytes, true);
      return (CompiledFilter)
          lookup.findConstructor(lookup.lookupClass(), MethodType.methodType(void.class)).invoke();
    } catch (Throwable e) {
      throw new IllegalStateException("the JVM refuses the generated class of a filter", e);
    }
  }
}
