package io.dmyt.spark;

import io.dmyt.Detector;
import io.dmyt.Prediction;
import io.dmyt.Predictor;
import io.dmyt.data.BadImageException;
import io.dmyt.data.BadImages;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.Sample;
import io.dmyt.evaluation.embedding.Embedder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Scores or embeds samples with a detector; what can't be read becomes a result with the reason.
 */
final class BatchScorer {
  private final Detector detector;
  private final LoaderOptions loading;

  /**
   * @param threads that decode images
   */
  BatchScorer(Detector detector, ScoringOptions options, int threads) {
    this.detector = detector;
    loading =
        LoaderOptions.evaluation(detector.spec().preprocessing())
            .withBatch(options.batch())
            .withWorkers(threads)
            .withBadImages(BadImages.skip(Integer.MAX_VALUE));
  }

  /**
   * P(fake), verdict, class, with details the probabilities and distances, and error of each
   * sample, in their order.
   */
  List<Object[]> scores(List<RowSample> samples, boolean details) throws IOException {
    Map<String, Object[]> results = new HashMap<>();
    new Predictor(detector, loading)
        .predict(
            samples,
            false,
            new Predictor.Output() {
              @Override
              public void batch(List<Sample> batch, INDArray images, List<Prediction> predictions) {
                for (Prediction p : predictions) {
                  results.put(p.id().toString(), row(p, details));
                }
              }

              @Override
              public void bad(BadImageException sample) {
                Object[] row = new Object[details ? 6 : 4];
                row[row.length - 1] = sample.reason();
                results.put(sample.file(), row);
              }
            });
    return ordered(samples, results);
  }

  private static Object[] row(Prediction p, boolean details) {
    String verdict = p.fake() ? "fake" : "real";
    return details
        ? new Object[] {
          p.fakeProbability(),
          verdict,
          p.label(),
          p.probabilities().toArray(Double[]::new),
          p.distances().toArray(Double[]::new),
          null
        }
        : new Object[] {p.fakeProbability(), verdict, p.label(), null};
  }

  /** Embedding and error of each sample, in their order. */
  List<Object[]> embeddings(List<RowSample> samples) throws IOException {
    Map<String, Object[]> results = new HashMap<>();
    Embedder.Monitor monitor =
        new Embedder.Monitor() {
          @Override
          public void embedded(int count, List<BadImageException> bad, int cached) {
            bad.forEach(b -> results.put(b.file(), new Object[] {null, b.reason()}));
          }
        };
    try (Embedder embedder = new Embedder(detector, loading, Optional.empty(), monitor)) {
      embedder.stream(
          "",
          samples,
          Optional.empty(),
          (index, sample, embedding) ->
              results.put(sample.id().toString(), new Object[] {embedding, null}));
    }
    return ordered(samples, results);
  }

  private static List<Object[]> ordered(List<RowSample> samples, Map<String, Object[]> results) {
    List<Object[]> ordered = new ArrayList<>();
    for (RowSample sample : samples) {
      Object[] result = results.get(sample.id().toString());
      if (result == null) {
        throw new IllegalStateException("the detector gave no result for " + sample.id());
      }
      ordered.add(result);
    }
    return ordered;
  }
}
