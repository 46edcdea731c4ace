package io.dmyt.engine.cuda;

import io.dmyt.engine.KernelGeometry;
import io.dmyt.engine.Liveness;
import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.Region;
import io.dmyt.engine.RegionProgram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A region's live nodes as the device does them: biases are nodes of their own, so that they fuse
 * with what follows, and padding that differs between sides is a frame of zeros before the
 * convolution.
 */
final class Lowered {

  /**
   * One operation.
   *
   * @param op what it does; null for adding a bias
   * @param bias one number per channel, added to the only input, or null
   * @param vertex the graph's vertex that it belongs to
   */
  record Node(
      @Nullable Operation op,
      @Nullable Parameter bias,
      List<Integer> inputs,
      long[] dims,
      boolean learns,
      String vertex) {}

  private final List<Node> nodes = new ArrayList<>();
  private final Map<Integer, Integer> ofRegion = new HashMap<>();
  private final Set<Integer> wanted = new HashSet<>();
  private final List<List<Integer>> readers = new ArrayList<>();

  Lowered(RegionProgram program) {
    Region region = program.region();
    Liveness liveness = program.liveness();
    for (int n = 0; n < region.nodes().size(); n++) {
      if (liveness.live(n)) {
        ofRegion.put(n, lower(region.nodes().get(n), program.shape(n), liveness.learns(n)));
        if (liveness.wanted(n)) {
          wanted.add(ofRegion.get(n));
        }
      }
    }
    nodes.forEach(node -> readers.add(new ArrayList<>()));
    for (int n = 0; n < nodes.size(); n++) {
      for (int input : nodes.get(n).inputs()) {
        readers.get(input).add(n);
      }
    }
  }

  private int lower(Region.Node node, long[] dims, boolean learns) {
    List<Integer> inputs = node.inputs().stream().map(ofRegion::get).toList();
    String vertex = node.vertex();
    if (node.op() instanceof Operation.Convolution c) {
      KernelGeometry kernel = c.kernel();
      if (!DepthwiseEmitter.does(c)) {
        long[] from = nodes.get(inputs.get(0)).dims();
        long[] before = kernel.paddingBefore(from[2], from[3]);
        long[] after = kernel.paddingAfter(from[2], from[3]);
        if (!Arrays.equals(before, after)) {
          inputs = List.of(framed(inputs.get(0), before, after, vertex));
          before = new long[2];
        }
        kernel = padded(kernel, before);
      }
      Operation plain =
          new Operation.Convolution(c.weights(), c.parts(), null, c.groups(), c.channels(), kernel);
      return biased(add(plain, inputs, dims, learns, vertex), c.bias());
    }
    if (node.op() instanceof Operation.Dense dense) {
      Operation plain = new Operation.Dense(dense.weights(), null);
      return biased(add(plain, inputs, dims, learns, vertex), dense.bias());
    }
    return add(node.op(), inputs, dims, learns, vertex);
  }

  private int framed(int input, long[] before, long[] after, String vertex) {
    Node from = nodes.get(input);
    long[] dims = from.dims().clone();
    dims[2] += before[0] + after[0];
    dims[3] += before[1] + after[1];
    Operation frame =
        new Operation.ZeroPad((int) before[0], (int) after[0], (int) before[1], (int) after[1]);
    return add(frame, List.of(input), dims, from.learns(), vertex);
  }

  private static KernelGeometry padded(KernelGeometry k, long[] padding) {
    return new KernelGeometry(
        k.kernelHeight(),
        k.kernelWidth(),
        k.strideHeight(),
        k.strideWidth(),
        (int) padding[0],
        (int) padding[1],
        k.dilationHeight(),
        k.dilationWidth(),
        false);
  }

  private int biased(int node, @Nullable Parameter bias) {
    if (bias == null) {
      return node;
    }
    Node of = nodes.get(node);
    nodes.add(new Node(null, bias, List.of(node), of.dims(), true, of.vertex()));
    return nodes.size() - 1;
  }

  private int add(Operation op, List<Integer> inputs, long[] dims, boolean learns, String vertex) {
    nodes.add(new Node(op, null, inputs, dims, learns, vertex));
    return nodes.size() - 1;
  }

  List<Node> nodes() {
    return nodes;
  }

  Node node(int index) {
    return nodes.get(index);
  }

  /** The node that has a region's node's value. */
  int ofRegion(int node) {
    return Objects.requireNonNull(ofRegion.get(node));
  }

  /** Who reads a node, each as often as it does. */
  List<Integer> readers(int node) {
    return readers.get(node);
  }

  /** The only reader of a node that nobody wants to see, or -1. */
  int onlyReader(int node) {
    return wanted.contains(node) || readers.get(node).size() != 1 ? -1 : readers.get(node).get(0);
  }

  /** Whether a node is done element by element. */
  boolean pointwise(int node) {
    Node n = nodes.get(node);
    return n.bias() != null
        || n.op() instanceof Operation.BatchNorm
        || n.op() instanceof Operation.Elementwise
        || n.op() instanceof Operation.Sum
        || n.op() instanceof Operation.Product;
  }

  /** Whether a pointwise node is done by the kernel of its only reader. */
  boolean fused(int node) {
    int reader = onlyReader(node);
    return reader >= 0
        && pointwise(node)
        && pointwise(reader)
        && !(nodes.get(reader).op() instanceof Operation.BatchNorm)
        && Arrays.equals(nodes.get(node).dims(), nodes.get(reader).dims());
  }
}
