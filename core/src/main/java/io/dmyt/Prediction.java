package io.dmyt;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What a detector says of an image.
 *
 * @param file the image
 * @param label the class that fits best
 * @param fakeProbability P(fake): 0 real … 1 fake
 * @param probabilities of each class, in the detector's order; they sum to 1
 */
public record Prediction(
    Path file, String label, double fakeProbability, List<Double> probabilities) {

  static Prediction of(Path file, DetectorSpec spec, double[] probabilities) {
    int best = 0;
    for (int k = 1; k < probabilities.length; k++) {
      if (probabilities[k] > probabilities[best]) {
        best = k;
      }
    }
    return new Prediction(
        file,
        spec.classes().get(best),
        1 - probabilities[spec.realIndex()],
        Arrays.stream(probabilities).boxed().toList());
  }
}
