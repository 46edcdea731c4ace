package io.dmyt.engine;

import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;

/** Reads DL4J's vertices without layers. A subclass may compute anything, and is not read. */
final class Dl4jVertices implements VertexReader {

  @Override
  public boolean reads(Object configuration) {
    return configuration instanceof GraphVertex;
  }

  @Override
  public int read(Object configuration, VertexNodes nodes) {
    Class<?> type = configuration.getClass();
    if (type == ElementWiseVertex.class) {
      return elementWise(((ElementWiseVertex) configuration).getOp(), nodes);
    }
    if (type == MergeVertex.class) {
      if (((MergeVertex) configuration).getMergeAxis() != 1 || nodes.inputs().size() < 2) {
        throw new UnsupportedLayerException("does not merge channels");
      }
      int grouped = nodes.group();
      return grouped >= 0 ? grouped : nodes.add(new Operation.Concat(1), nodes.inputs());
    }
    if (type == SubsetVertex.class) {
      SubsetVertex subset = (SubsetVertex) configuration;
      int size = subset.getTo() - subset.getFrom() + 1;
      return nodes.add(new Operation.Slice(1, subset.getFrom(), size), nodes.input());
    }
    if (type == ScaleVertex.class) {
      double factor = ((ScaleVertex) configuration).getScaleFactor();
      return nodes.add(Dl4jActivations.linear(factor, 0), nodes.input());
    }
    if (type == ShiftVertex.class) {
      double shift = ((ShiftVertex) configuration).getShiftFactor();
      return nodes.add(Dl4jActivations.linear(1, shift), nodes.input());
    }
    throw new UnsupportedLayerException("is a " + type.getSimpleName());
  }

  private static int elementWise(ElementWiseVertex.Op op, VertexNodes nodes) {
    int count = nodes.inputs().size();
    if (op == ElementWiseVertex.Op.Add && count > 1) {
      return nodes.add(new Operation.Sum(), nodes.inputs());
    }
    if (op == ElementWiseVertex.Op.Product && count == 2) {
      return nodes.add(new Operation.Product(), nodes.inputs());
    }
    throw new UnsupportedLayerException("is an element-wise " + op + " of " + count);
  }
}
