package io.dmyt;

import io.dmyt.data.Sample;
import io.dmyt.data.SampleId;
import java.util.List;

/**
 * What a detector says of an image.
 *
 * @param id of the image
 * @param group what the image belongs to, such as its video; see {@link Sample#group}
 * @param fakeProbability P(fake), calibrated: 0 real … 1 fake
 * @param fake the verdict: whether P(fake) reaches the detector's threshold
 * @param label the class in accord with the verdict: the real one, or the likeliest fake one. Where
 *     P(fake) is spread over several fake classes, or the threshold is not one half, this can be
 *     another class than the one with the best score, which {@link Detector#classify} gives
 * @param probabilities of each class, in the detector's order; they sum to 1, and the real one's is
 *     1 − P(fake)
 * @param distances of the embedding to each of the detector's dummies, the fake root's last, as
 *     {@link io.dmyt.loss.Dummies#distances} measures them; none with a classifier or an SVM
 */
public record Prediction(
    SampleId id,
    String group,
    double fakeProbability,
    boolean fake,
    String label,
    List<Double> probabilities,
    List<Double> distances) {

  public Prediction {
    probabilities = List.copyOf(probabilities);
    distances = List.copyOf(distances);
  }
}
