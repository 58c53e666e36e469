package io.dropwatch.pcapfilter.internal.bytecode;

import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import java.lang.classfile.ClassFile;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the class of a graph. */
public final class ClassWriter {
  /** Larger methods are not compiled by HotSpot (HugeMethodLimit is 8000 bytes). */
  private static final int NODE_LIMIT = 250;

  private ClassWriter() {}

  /**
   * The graph as a class of its own, or null when it is too large to be compiled well.
   *
   * @param macPossible false: the class is only given packets whose {@code mac} is 0
   * @param usual bytes of the window that all but broken packets have: a filter that reads further
   *     looks on each path whether they are there
   */
  public static @Nullable CompiledFilter write(Graph graph, boolean macPossible, int usual) {
    if (graph.nodes().size() > NODE_LIMIT) {
      return null;
    }
    Map<Quantity.Load, Integer> words = LoadWidening.ends(graph, usual);
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
                        LoadWriter.CAREFUL,
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
      throw new IllegalStateException("the JVM refuses the class of a filter", e);
    }
  }
}
