package io.dmyt.engine;

import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;

/**
 * The number of dimensions of values that no engine computes, as far as their readers show it: a
 * convolution reads images, a dense layer vectors. What nothing is known of is taken for images.
 * Where that turns out wrong, the shape that comes along is refused, and DL4J runs the region.
 */
final class Ranks {
  private static final int VECTOR = 2;
  private static final int SEQUENCE = 3;
  private static final int IMAGE = 4;
  private static final int UNKNOWN = 0;

  private final ComputationGraph graph;
  private final Map<String, Integer> known = new HashMap<>();

  Ranks(ComputationGraph graph) {
    this.graph = graph;
  }

  int of(GraphVertex vertex) {
    int rank = byReaders(vertex);
    return rank == UNKNOWN ? IMAGE : rank;
  }

  private int byReaders(GraphVertex vertex) {
    String name = vertex.getVertexName();
    Integer before = known.get(name);
    if (before != null) {
      return before;
    }
    int rank = UNKNOWN;
    VertexIndices[] readers = vertex.getOutputVertices();
    for (int i = 0; readers != null && i < readers.length && rank == UNKNOWN; i++) {
      GraphVertex reader = graph.getVertices()[readers[i].getVertexIndex()];
      rank = readBy(reader);
    }
    known.put(name, rank);
    return rank;
  }

  private int readBy(GraphVertex reader) {
    Object configuration = graph.getConfiguration().getVertices().get(reader.getVertexName());
    if (configuration instanceof SelfDescribing own && own.inputRank() != UNKNOWN) {
      return own.inputRank();
    }
    if (configuration instanceof LayerVertex vertex) {
      InputPreProcessor preprocessor = vertex.getPreProcessor();
      if (preprocessor != null) {
        return preprocessor instanceof CnnToFeedForwardPreProcessor
            ? IMAGE
            : preprocessor instanceof FeedForwardToCnnPreProcessor ? VECTOR : UNKNOWN;
      }
      int rank = readBy(vertex.getLayerConf().getLayer());
      if (rank != UNKNOWN) {
        return rank;
      }
    }
    return byReaders(reader);
  }

  /** The rank of what a layer reads; unknown if it takes any and gives the same. */
  private static int readBy(Layer layer) {
    if (layer instanceof SelfDescribing own) {
      return own.inputRank();
    }
    if (layer instanceof Convolution3D) {
      return IMAGE + 1;
    }
    if (layer instanceof Convolution1DLayer
        || layer instanceof Subsampling1DLayer
        || layer instanceof BaseRecurrentLayer
        || layer instanceof RnnOutputLayer) {
      return SEQUENCE;
    }
    if (layer instanceof ConvolutionLayer
        || layer instanceof SubsamplingLayer
        || layer instanceof ZeroPaddingLayer
        || layer instanceof GlobalPoolingLayer) {
      return IMAGE;
    }
    boolean vectors =
        layer instanceof DenseLayer || layer instanceof OutputLayer || layer instanceof LossLayer;
    return vectors ? VECTOR : UNKNOWN;
  }
}
