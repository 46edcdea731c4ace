package io.dmyt.training;

import static net.bytebuddy.matcher.ElementMatchers.isPublic;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.namedOneOf;

import java.util.Map;
import java.util.TreeMap;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.agent.builder.ResettableClassFileTransformer;
import net.bytebuddy.asm.Advice;
import org.nd4j.linalg.api.buffer.BaseDataBuffer;
import org.nd4j.linalg.api.buffer.DataBuffer;

/**
 * Counts, by who asks, how often ND4J's buffers are read or written from the host. On a GPU's
 * backend each is a copy between host and device, or waits for one.
 */
public final class HostAccesses implements AutoCloseable {
  private static final ThreadLocal<HostAccesses> CURRENT = new ThreadLocal<>();
  private static final StackWalker STACK = StackWalker.getInstance();

  private final ResettableClassFileTransformer transformer;
  private final Map<String, Integer> counts = new TreeMap<>();
  private int depth;

  /** Of the calling thread, from now on. */
  HostAccesses() {
    ByteBuddyAgent.install();
    transformer =
        new AgentBuilder.Default()
            .disableClassFormatChanges()
            .with(AgentBuilder.RedefinitionStrategy.RETRANSFORMATION)
            .type(named(BaseDataBuffer.class.getName()))
            .transform(
                (builder, type, loader, module, domain) ->
                    builder.visit(
                        Advice.to(Counting.class)
                            .on(
                                isPublic()
                                    .and(
                                        namedOneOf(
                                            "getDouble",
                                            "getFloat",
                                            "getInt",
                                            "getLong",
                                            "put",
                                            "asDouble",
                                            "asFloat",
                                            "asInt",
                                            "asLong",
                                            "setData")))))
            .installOnByteBuddyAgent();
    CURRENT.set(this);
  }

  /** Forgets what was counted. */
  void reset() {
    counts.clear();
  }

  /** Since {@link #reset}: the class outside of ND4J that asked, its method, and how often. */
  Map<String, Integer> counts() {
    return counts;
  }

  /** Woven into the buffers' methods; what those call themselves counts as one with them. */
  public static final class Counting {
    private Counting() {}

    @Advice.OnMethodEnter
    public static void enter(@Advice.This Object buffer, @Advice.Origin("#m") String method) {
      HostAccesses.enter((DataBuffer) buffer, method);
    }

    @Advice.OnMethodExit(onThrowable = Throwable.class)
    public static void exit() {
      HostAccesses.exit();
    }
  }

  /** Called by the buffers. Those of integers hold shapes, which stay on the host. */
  public static void enter(DataBuffer buffer, String method) {
    HostAccesses counting = CURRENT.get();
    if (counting != null && counting.depth++ == 0 && buffer.dataType().isFPType()) {
      counting.counts.merge(asker() + " " + method, 1, Integer::sum);
    }
  }

  /** Called by the buffers. */
  public static void exit() {
    HostAccesses counting = CURRENT.get();
    if (counting != null) {
      counting.depth--;
    }
  }

  private static String asker() {
    return STACK.walk(
        frames ->
            frames
                .filter(f -> !f.getClassName().startsWith("org.nd4j."))
                .filter(f -> !f.getClassName().startsWith(HostAccesses.class.getName()))
                .filter(f -> !f.getClassName().startsWith("java."))
                .findFirst()
                .map(f -> f.getClassName() + "." + f.getMethodName())
                .orElse("?"));
  }

  @Override
  public void close() {
    CURRENT.remove();
    transformer.reset(
        ByteBuddyAgent.getInstrumentation(), AgentBuilder.RedefinitionStrategy.RETRANSFORMATION);
  }
}
