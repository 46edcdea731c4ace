package io.dmyt.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Resamples by weights are what drawing samples and computing every metric anew gives. */
class ResamplerTest {
  private static final long SEED = 9;
  private static final double THRESHOLD = 0.5;

  private record Sample(double score, boolean fake, String video) {}

  /**
   * Over frames on their own and videos of several, with scores that tie often, seldom or all.
   *
   * @param steps how many scores there are
   */
  @ParameterizedTest
  @CsvSource({"300, 1, 1000000", "300, 1, 7", "300, 6, 1000000", "301, 10, 20", "40, 3, 1"})
  void metricsAreThoseOfAPlainRecomputation(int size, int frames, int steps) {
    SplittableRandom random = new SplittableRandom(size + steps);
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      boolean fake = i / frames % 3 > 0;
      double score = Math.min(1, random.nextDouble() * 0.8 + (fake ? 0.3 : 0));
      double stepped = Math.round(score * steps) / (double) steps;
      samples.add(new Sample(i % 50 == 7 ? Double.NaN : stepped, fake, "video" + i / frames));
    }
    double[][] resampled = new Resampler(scores(samples), THRESHOLD).resamples(20, SEED);
    assertEquals(20, resampled.length);
    List<Sample> scored =
        samples.stream()
            .filter(s -> !Double.isNaN(s.score()))
            .sorted(Comparator.comparingDouble(s -> -s.score()))
            .toList();
    for (int r = 0; r < resampled.length; r++) {
      Map<DetectionMetric, Double> expected = metrics(drawn(scored, r, SEED));
      for (DetectionMetric metric : DetectionMetric.values()) {
        assertEquals(
            expected.get(metric), resampled[r][metric.ordinal()], 1e-12, metric + " of " + r);
      }
    }
  }

  /** Resamples of one number differ from seed to seed as much as those of one seed do. */
  @Test
  void neighbouringSeedsDrawAnew() {
    SplittableRandom random = new SplittableRandom(1);
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      samples.add(new Sample(random.nextDouble(), i % 2 == 0, "video" + i));
    }
    Resampler resampler = new Resampler(scores(samples), THRESHOLD);
    int count = 200;
    double[] one = areas(resampler, count, SEED);
    double[] next = areas(resampler, count, SEED + 1);
    double between = IntStream.range(0, count).mapToDouble(r -> Math.abs(one[r] - next[r])).sum();
    double within =
        IntStream.range(0, count).mapToDouble(r -> Math.abs(one[r] - one[(r + 1) % count])).sum();
    assertEquals(1, between / within, 0.3);
  }

  private static double[] areas(Resampler resampler, int count, long seed) {
    return Arrays.stream(resampler.resamples(count, seed))
        .mapToDouble(metrics -> metrics[DetectionMetric.ROC_AUC.ordinal()])
        .toArray();
  }

  private static DetectionScores scores(List<Sample> samples) {
    boolean[] fakes = new boolean[samples.size()];
    IntStream.range(0, fakes.length).forEach(i -> fakes[i] = samples.get(i).fake());
    return DetectionScores.of(
        samples.stream().mapToDouble(Sample::score).toArray(),
        fakes,
        samples.stream().map(Sample::video).toList());
  }

  /** As many videos of each kind as there are, with all of their frames. */
  private static List<Sample> drawn(List<Sample> scored, int number, long seed) {
    SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong() + number);
    List<Sample> drawn = new ArrayList<>();
    for (boolean fake : new boolean[] {false, true}) {
      Map<String, List<Sample>> videos = new LinkedHashMap<>();
      scored.stream()
          .filter(s -> s.fake() == fake)
          .forEach(s -> videos.computeIfAbsent(s.video(), v -> new ArrayList<>()).add(s));
      List<List<Sample>> all = List.copyOf(videos.values());
      for (int i = 0; i < all.size(); i++) {
        drawn.addAll(all.get(random.nextInt(all.size())));
      }
    }
    return drawn;
  }

  private static Map<DetectionMetric, Double> metrics(List<Sample> samples) {
    List<Sample> alone = new ArrayList<>();
    samples.forEach(s -> alone.add(new Sample(s.score(), s.fake(), "" + alone.size())));
    RocCurve curve = RocCurve.of(scores(alone));
    double reals = alone.stream().filter(s -> !s.fake()).count();
    double fakes = alone.size() - reals;
    double found = count(alone, true, THRESHOLD);
    double alarms = count(alone, false, THRESHOLD);
    double precision = 0;
    double log = 0;
    double squares = 0;
    for (Sample s : alone) {
      if (s.fake()) {
        double better = count(alone, true, s.score());
        precision += better / (better + count(alone, false, s.score())) / fakes;
      }
      double right = Math.max(s.fake() ? s.score() : 1 - s.score(), Math.ulp(1.0));
      log -= Math.log(Math.min(right, 1 - Math.ulp(1.0))) / alone.size();
      squares += Math.pow(1 - right, 2) / alone.size();
    }
    Map<DetectionMetric, Double> metrics = new EnumMap<>(DetectionMetric.class);
    metrics.put(DetectionMetric.ROC_AUC, curve.area());
    metrics.put(DetectionMetric.AVERAGE_PRECISION, precision);
    metrics.put(DetectionMetric.EQUAL_ERROR_RATE, curve.equalErrorRate().rate());
    metrics.put(DetectionMetric.ACCURACY, (found + reals - alarms) / alone.size());
    metrics.put(DetectionMetric.BALANCED_ACCURACY, (found / fakes + 1 - alarms / reals) / 2);
    metrics.put(DetectionMetric.TRUE_POSITIVE_RATE, found / fakes);
    metrics.put(DetectionMetric.FALSE_POSITIVE_RATE, alarms / reals);
    metrics.put(DetectionMetric.LOG_LOSS, log);
    metrics.put(DetectionMetric.BRIER_SCORE, squares);
    metrics.put(
        DetectionMetric.CALIBRATION_ERROR,
        Reliability.of(scores(alone)).expectedCalibrationError());
    return metrics;
  }

  private static double count(List<Sample> samples, boolean fake, double from) {
    return samples.stream().filter(s -> s.fake() == fake && s.score() >= from).count();
  }
}
