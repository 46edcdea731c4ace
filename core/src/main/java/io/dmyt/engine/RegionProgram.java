package io.dmyt.engine;

import io.dmyt.engine.Region.Node;
import io.dmyt.internal.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What is to be compiled: a region, for inputs of given shapes, for training or inference, and the
 * values that are to be seen.
 */
public final class RegionProgram {
  private final Region region;
  private final boolean training;
  private final Set<String> wanted;
  private final Liveness liveness;
  private final long[][] shapes;

  private RegionProgram(
      Region region, boolean training, Set<String> wanted, Liveness liveness, long[][] shapes) {
    this.region = region;
    this.training = training;
    this.wanted = wanted;
    this.liveness = liveness;
    this.shapes = shapes;
  }

  /**
   * @param inputs shapes by vertex, of at least the inputs that the wanted values need
   * @param wanted vertices of the region
   * @throws UnsupportedShapeException if an operation can't read values of its shapes
   */
  static RegionProgram of(
      Region region, boolean training, Map<String, List<Long>> inputs, Set<String> wanted) {
    Liveness liveness = new Liveness(region, wanted);
    List<Node> nodes = region.nodes();
    long[][] shapes = new long[nodes.size()][];
    for (int n = 0; n < shapes.length; n++) {
      if (liveness.live(n)) {
        shapes[n] = shape(nodes.get(n), inputs, shapes);
      }
    }
    return new RegionProgram(region, training, Set.copyOf(wanted), liveness, shapes);
  }

  private static long[] shape(Node node, Map<String, List<Long>> inputs, long[][] shapes) {
    if (!(node.op() instanceof Operation.Input input)) {
      return Shapes.of(node.op(), node.inputs().stream().map(i -> shapes[i]).toList());
    }
    List<Long> given = Objects.requireNonNull(inputs.get(input.vertex()), input.vertex());
    if (given.size() != node.rank()) {
      throw new UnsupportedShapeException(
          Text.format(
              "expected an array of rank %d from %s, got %s", node.rank(), input.vertex(), given));
    }
    return given.stream().mapToLong(Long::longValue).toArray();
  }

  /** What is to be run; of its nodes those that are {@link Liveness#live}. */
  public Region region() {
    return region;
  }

  /** Whether there will be a way back, and batch norm takes the batch's statistics. */
  public boolean training() {
    return training;
  }

  /** How many numbers the inputs have that are needed. */
  public long inputLength() {
    long sum = 0;
    for (int n = 0; n < shapes.length; n++) {
      if (liveness.live(n) && region.nodes().get(n).op() instanceof Operation.Input) {
        sum += Arrays.stream(shapes[n]).reduce(1, Math::multiplyExact);
      }
    }
    return sum;
  }

  /** The vertices whose values are to be seen. */
  public Set<String> wanted() {
    return wanted;
  }

  /** What is needed for them, and by whom. */
  public Liveness liveness() {
    return liveness;
  }

  /** The shape of a live node's value. */
  public long[] shape(int node) {
    return shapes[node].clone();
  }
}
