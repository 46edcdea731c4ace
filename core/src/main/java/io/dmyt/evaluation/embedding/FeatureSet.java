package io.dmyt.evaluation.embedding;

import io.dmyt.Detector;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.LoadedSample;
import io.dmyt.data.Sample;
import io.dmyt.internal.NativeGarbage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
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
 * @param samples the images; empty if they are not known
 */
public record FeatureSet(INDArray features, int[] labels, List<Sample> samples) {

  public FeatureSet {
    samples = List.copyOf(samples);
  }

  /** Which of the network's answers to take. */
  public enum Layer {
    /** The output: embeddings, or the logits of a detector with a classifier. */
    OUTPUT,
    /** The embedding, also below a classifier. */
    EMBEDDING
  }

  /** The group of each image, such as its video. */
  public List<String> groups() {
    return samples.stream().map(Sample::group).toList();
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
    List<Sample> samples = new ArrayList<>();
    eachBatch(
        detector,
        images,
        layer,
        (batch, answers) -> {
          features.add(answers);
          for (int label : batch.getLabels().argMax(1).toIntVector()) {
            labels.add(label);
          }
          samples.addAll(LoadedSample.of(batch));
          progress.accept(labels.size());
        });
    if (features.isEmpty()) {
      throw new IllegalArgumentException("expected at least one image, found none");
    }
    INDArray all = Nd4j.concat(0, features.toArray(INDArray[]::new));
    if (features.size() > 1) {
      features.forEach(INDArray::close);
    }
    return new FeatureSet(all, labels.stream().mapToInt(Integer::intValue).toArray(), samples);
  }

  /**
   * The loop over batches.
   *
   * @param answers takes each batch and what the network answers to it, [B, F]
   */
  static void eachBatch(
      Detector detector,
      DataSetIterator images,
      Layer layer,
      BiConsumer<DataSet, INDArray> answers) {
    NativeGarbage garbage = new NativeGarbage();
    while (images.hasNext()) {
      DataSet batch = images.next();
      answers.accept(
          batch,
          layer == Layer.OUTPUT
              ? detector.features(batch.getFeatures())
              : detector.embed(batch.getFeatures()));
      if (images instanceof ImageFolderIterator loader) {
        loader.free(batch);
      }
      garbage.batchDone();
    }
  }
}
