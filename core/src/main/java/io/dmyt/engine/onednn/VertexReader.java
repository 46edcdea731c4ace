package io.dmyt.engine.onednn;

import java.util.List;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;

/** Reads DL4J's vertices without layers as nodes of a {@link Region}. Subclasses are strangers. */
final class VertexReader {
  private final Region region;

  VertexReader(Region region) {
    this.region = region;
  }

  /** Adds the nodes of {@code vertex}, or says why it can't; nodes added before that are void. */
  String read(String name, GraphVertex vertex, List<Integer> inputs) {
    boolean flat = region.flat(inputs.get(0));
    for (int input : inputs) {
      if (region.flat(input) != flat) {
        return "mixes ranks";
      }
    }
    if (vertex.getClass() == ElementWiseVertex.class) {
      ElementWiseVertex.Op op = ((ElementWiseVertex) vertex).getOp();
      if (op == ElementWiseVertex.Op.Add && inputs.size() > 1) {
        region.add(name, new Op.Sum(), inputs, flat);
        return null;
      }
      if (op == ElementWiseVertex.Op.Product && inputs.size() == 2) {
        region.add(name, new Op.Product(), inputs, flat);
        return null;
      }
      return "is an element-wise " + op + " of " + inputs.size();
    }
    if (vertex.getClass() == MergeVertex.class) {
      if (((MergeVertex) vertex).getMergeAxis() != 1 || inputs.size() < 2) {
        return "does not merge channels";
      }
      merge(name, inputs, flat);
      return null;
    }
    if (vertex.getClass() == SubsetVertex.class) {
      SubsetVertex subset = (SubsetVertex) vertex;
      int size = subset.getTo() - subset.getFrom() + 1;
      region.add(name, new Op.Subset(subset.getFrom(), size), inputs, flat);
      return null;
    }
    if (vertex.getClass() == ScaleVertex.class) {
      return linear(name, "scale", ((ScaleVertex) vertex).getScaleFactor(), 0, inputs.get(0));
    }
    if (vertex.getClass() == ShiftVertex.class) {
      return linear(name, "shift", 1, ((ShiftVertex) vertex).getShiftFactor(), inputs.get(0));
    }
    return "is a " + vertex.getClass().getSimpleName();
  }

  private void merge(String name, List<Integer> inputs, boolean flat) {
    Grouping grouping = new Grouping(region);
    Op.Convolution grouped = grouping.of(inputs);
    if (grouped == null) {
      region.add(name, new Op.Concat(), inputs, flat);
      return;
    }
    int node = region.add(name, grouped, List.of(grouping.source(inputs.get(0))), false);
    region.absorb(inputs, node);
    region.absorb(inputs.stream().map(group -> region.inputs(group).get(0)).toList(), node);
  }

  private String linear(String name, String text, double factor, double shift, int input) {
    region.add(name, Activations.linear(text, factor, shift), List.of(input), region.flat(input));
    return null;
  }
}
