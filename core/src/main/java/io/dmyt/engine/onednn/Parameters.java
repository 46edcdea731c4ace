package io.dmyt.engine.onednn;

import io.dmyt.engine.Parameter;
import io.dmyt.engine.Region;
import io.dmyt.internal.Address;
import io.dmyt.internal.Fingerprint;
import io.dmyt.internal.FiniteFloats;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A network's flat parameters and, once there are some, its flat gradients. */
final class Parameters {
  private final INDArray values;
  private final long from;
  private final long to;
  private @Nullable INDArray gradients;

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
    return Address.of(Objects.requireNonNull(gradients)) + p.offset() * Float.BYTES;
  }

  float[] read(Parameter p) {
    return Address.read(address(p), p.length());
  }

  /** A number that changes, but for odds of 1 to 2⁶⁴, when any of the region's parameters does. */
  long fingerprint() {
    return Fingerprint.of(Address.of(values) + from * Float.BYTES, to - from);
  }

  /** Whether all of the region's parameters are finite numbers. */
  boolean areFinite() {
    return FiniteFloats.are(Address.of(values) + from * Float.BYTES, to - from);
  }
}
