package io.dmyt.engine.onednn;

import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.Region;
import io.dmyt.internal.Address;
import io.dmyt.internal.Stripes;
import java.nio.FloatBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A network's flat parameters and, once there are some, its flat gradients. */
final class Parameters {
  private static final int CHUNK = 1 << 15;

  private final INDArray values;
  private final long from;
  private final long to;
  private INDArray gradients;

  /**
   * @param from the first element that a fingerprint is taken of
   * @param to the element behind the last one
   */
  Parameters(INDArray values, long from, long to) {
    this.values = values;
    this.from = from;
    this.to = to;
  }

  /** A network's parameters, and the fingerprint of those that a region has. */
  static Parameters of(Region region, INDArray values) {
    long from = Long.MAX_VALUE;
    long to = 0;
    for (Region.Node node : region.nodes()) {
      for (Parameter p : node.op().parameters()) {
        from = Math.min(from, p.offset());
        to = Math.max(to, p.offset() + p.length());
      }
    }
    return new Parameters(values, Math.min(from, to), to);
  }

  void gradients(INDArray array) {
    gradients = array;
  }

  long address(Parameter p) {
    return Address.of(values) + p.offset() * Float.BYTES;
  }

  long gradientAddress(Parameter p) {
    return Address.of(gradients) + p.offset() * Float.BYTES;
  }

  float[] read(Parameter p) {
    return Address.read(address(p), p.length());
  }

  /** A convolution's weights, those of its groups one after another. */
  float[] weights(Operation.Convolution c) {
    if (c.parts().isEmpty()) {
      return read(c.weights());
    }
    FloatBuffer all = FloatBuffer.allocate(Math.toIntExact(c.weights().length()));
    c.parts().forEach(part -> all.put(read(part)));
    return all.array();
  }

  /** A number that changes, but for odds of 1 to 2⁶⁴, when any of the region's parameters does. */
  long fingerprint() {
    long words = (to - from) / 2;
    long base = Address.of(values) + from * Float.BYTES;
    long odd = (to - from) % 2 == 0 ? 0 : Float.floatToRawIntBits(values.getFloat(to - 1));
    LongAdder sum = new LongAdder();
    Stripes.each(
        (words + CHUNK - 1) / CHUNK,
        Stripes.threads(),
        chunk -> {
          long start = chunk * CHUNK;
          long[] part = new long[(int) Math.min(CHUNK, words - start)];
          Address.longs(base + start * Long.BYTES, part.length).get(part);
          sum.add(hash(part) * (2 * chunk + 0x9E3779B97F4A7C15L));
        });
    return sum.sum() + odd * 0xC2B2AE3D27D4EB4FL;
  }

  /** Four chains, so that the processor multiplies four at a time. */
  private static long hash(long[] words) {
    long a = 1;
    long b = 2;
    long c = 3;
    long d = 4;
    int i = 0;
    for (; i + 3 < words.length; i += 4) {
      a = a * 0x100000001B3L + words[i];
      b = b * 0x100000001B3L + words[i + 1];
      c = c * 0x100000001B3L + words[i + 2];
      d = d * 0x100000001B3L + words[i + 3];
    }
    for (; i < words.length; i++) {
      a = a * 0x100000001B3L + words[i];
    }
    return ((a * 31 + b) * 31 + c) * 31 + d;
  }
}
