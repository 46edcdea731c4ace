package io.dmyt.optim;

import io.dmyt.internal.Address;
import io.dmyt.internal.Stripes;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Goes once over parameters, gradients and Adam's two moments, on as many threads as native code
 * has.
 */
final class Sweep {

  /** So many floats of each of four arrays lie in a core's nearest cache. */
  private static final int CHUNK = 1 << 11;

  /** Chunks that a thread takes at once. */
  private static final int CHUNKS = 64;

  private Sweep() {}

  /** What is done to the first {@code n} elements of a chunk of each array. */
  @FunctionalInterface
  interface Step {
    void update(int n, float[] parameters, float[] gradients, float[] mean, float[] square);
  }

  /** Which of parameters and gradients a step changes; the moments always change. */
  enum Writes {
    PARAMETERS,
    GRADIENTS
  }

  /** A run of elements, by the addresses of its first ones. */
  record Span(long parameters, long gradients, long mean, long square, long length, Step step) {

    private Span part(long from, long size) {
      long bytes = from * Float.BYTES;
      return new Span(
          parameters + bytes, gradients + bytes, mean + bytes, square + bytes, size, step);
    }
  }

  static void run(List<Span> spans, Writes writes) {
    long block = (long) CHUNK * CHUNKS;
    List<Span> parts = new ArrayList<>();
    for (Span span : spans) {
      for (long from = 0; from < span.length(); from += block) {
        parts.add(span.part(from, Math.min(block, span.length() - from)));
      }
    }
    Stripes.each(parts.size(), Stripes.threads(), i -> run(parts.get((int) i), writes));
  }

  private static void run(Span span, Writes writes) {
    float[] p = new float[CHUNK];
    float[] g = new float[CHUNK];
    float[] m = new float[CHUNK];
    float[] v = new float[CHUNK];
    FloatBuffer ps = Address.floats(span.parameters(), span.length());
    FloatBuffer gs = Address.floats(span.gradients(), span.length());
    FloatBuffer ms = Address.floats(span.mean(), span.length());
    FloatBuffer vs = Address.floats(span.square(), span.length());
    FloatBuffer changed = writes == Writes.PARAMETERS ? ps : gs;
    float[] change = writes == Writes.PARAMETERS ? p : g;
    for (int i = 0; i < span.length(); i += CHUNK) {
      int n = (int) Math.min(CHUNK, span.length() - i);
      ps.get(i, p, 0, n);
      gs.get(i, g, 0, n);
      ms.get(i, m, 0, n);
      vs.get(i, v, 0, n);
      span.step().update(n, p, g, m, v);
      changed.put(i, change, 0, n);
      ms.put(i, m, 0, n);
      vs.put(i, v, 0, n);
    }
  }
}
