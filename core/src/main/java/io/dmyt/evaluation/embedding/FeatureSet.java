package io.dmyt.evaluation.embedding;

import io.dmyt.Detector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a network answered to a set of labelled images.
 *
 * @param features [N, F]: embeddings or logits
 * @param labels the images' class indices
 * @param files where each image came from; empty if the iterator doesn't say
 */
public record FeatureSet(INDArray features, int[] labels, List<String> files) {

  /** Which of the network's answers to take. */
  public enum Layer {
    /** The output: embeddings, or the logits of a detector with a classifier. */
    OUTPUT,
    /** The embedding, also below a classifier. */
    EMBEDDING
  }

  /**
   * Runs the network over all batches.
   *
   * @param images batches of images [B, 3, S, S] and one-hot labels [B, C]
   * @param progress is told how many images are done
   * @throws IllegalArgumentException if there is no image
   */
  public static FeatureSet of(
      Detector detector, DataSetIterator images, Layer layer, IntConsumer progress) {
    List<INDArray> features = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    List<String> files = new ArrayList<>();
    while (images.hasNext()) {
      DataSet batch = images.next();
      features.add(
          layer == Layer.OUTPUT
              ? detector.features(batch.getFeatures())
              : detector.embed(batch.getFeatures()));
      for (int label : batch.getLabels().argMax(1).toIntVector()) {
        labels.add(label);
      }
      if (batch.getExampleMetaData() != null) {
        batch.getExampleMetaData().forEach(file -> files.add(file.toString()));
      }
      progress.accept(labels.size());
    }
    if (features.isEmpty()) {
      throw new IllegalArgumentException("no image to look at");
    }
    return new FeatureSet(
        Nd4j.concat(0, features.toArray(INDArray[]::new)),
        labels.stream().mapToInt(Integer::intValue).toArray(),
        List.copyOf(files));
  }
}
