package io.dmyt.evaluation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Detector;
import io.dmyt.DetectorSpecs;
import io.dmyt.Golden;
import io.dmyt.LossKind;
import io.dmyt.Prediction;
import io.dmyt.Predictor;
import io.dmyt.RuleKind;
import io.dmyt.VideoVerdict;
import io.dmyt.VideoVerdicts;
import io.dmyt.data.BadImageException;
import io.dmyt.data.EncodedImage;
import io.dmyt.data.LabelledSample;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.RgbImage;
import io.dmyt.data.Sample;
import io.dmyt.data.SampleContent;
import io.dmyt.data.SampleId;
import io.dmyt.evaluation.embedding.Embedder;
import io.dmyt.evaluation.embedding.EmbeddingCache;
import io.dmyt.evaluation.explain.Explanations;
import io.dmyt.evaluation.report.TestPage;
import io.dmyt.evaluation.report.WorstErrors;
import io.dmyt.metric.Bootstrap;
import io.dmyt.metric.VideoScore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Samples that aren't files, and that can be opened once, go all the way. */
class SamplesTest {
  private static final List<String> CLASSES = List.of("fake", "real");
  private static final int SIZE = 64;
  private static final int FEATURES = 512;

  @TempDir Path folder;

  /** Frames of two videos, whose content can be had once. */
  private static final class OnceOnly implements Sample {
    private final SampleId id;
    private final SampleContent content;
    private final AtomicInteger opened = new AtomicInteger();

    OnceOnly(SampleId id, SampleContent content) {
      this.id = id;
      this.content = content;
    }

    @Override
    public SampleId id() {
      return id;
    }

    @Override
    public String group() {
      return id.source();
    }

    @Override
    public SampleContent open() {
      if (opened.incrementAndGet() > 1) {
        throw new AssertionError(id + " is opened again");
      }
      return content;
    }
  }

  private static Detector detector() {
    return Detector.create(DetectorSpecs.resnet18(CLASSES, SIZE, LossKind.DMYT, null), 3);
  }

  private static LoaderOptions options(Detector detector) {
    return LoaderOptions.evaluation(detector.spec().preprocessing()).withBatch(3).withWorkers(2);
  }

  /** Noise as pixels, and a photograph as a file's bytes. */
  private static List<OnceOnly> frames() throws IOException {
    Random random = new Random(1);
    List<OnceOnly> frames = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      byte[] pixels = new byte[3 * 40 * 30];
      random.nextBytes(pixels);
      SampleId id = SampleId.frame(i < 4 ? "a.mp4" : "b/c.mp4", Duration.ofMillis(40L * i));
      frames.add(new OnceOnly(id, new RgbImage(40, 30, pixels)));
    }
    byte[] photo = Files.readAllBytes(Golden.path("images/source/photo.jpg"));
    frames.add(new OnceOnly(SampleId.of("memory:1"), new EncodedImage(photo)));
    return frames;
  }

  private static List<LabelledSample> labelled(List<OnceOnly> frames) {
    List<LabelledSample> labelled = new ArrayList<>();
    for (OnceOnly frame : frames) {
      labelled.add(new LabelledSample(frame, frame.group().equals("a.mp4") ? 0 : 1));
    }
    return labelled;
  }

  private static void assertAllOpenedOnce(List<OnceOnly> frames) {
    frames.forEach(frame -> assertEquals(1, frame.opened.get(), frame.id().toString()));
  }

  /** Looked up in the cache, embedded, tested and shown in a report: of one opening. */
  @Test
  void aTestWithCacheAndReport_opensEachSampleOnce() throws IOException {
    try (Detector detector = detector()) {
      float[][] first = null;
      for (int round = 0; round < 2; round++) {
        List<OnceOnly> frames = frames();
        List<LabelledSample> samples = labelled(frames);
        int known = round * frames.size();
        Embedder.Monitor monitor =
            new Embedder.Monitor() {
              @Override
              public void embedded(int count, List<BadImageException> bad, int cached) {
                assertEquals(frames.size(), count);
                assertEquals(List.of(), bad);
                assertEquals(known, cached);
              }
            };
        EmbeddingCache cache =
            EmbeddingCache.open(folder.resolve("cache"), "net", FEATURES, 1 << 20);
        try (Embedder embedder =
            new Embedder(detector, options(detector), Optional.of(cache), monitor)) {
          DetectorEvaluation evaluation =
              DetectorEvaluation.prepare(
                  embedder,
                  List.of(RuleKind.DUMMIES),
                  () -> {
                    throw new AssertionError("nothing is fitted");
                  });
          WorstErrors errors =
              new WorstErrors(evaluation.first(), detector, samples, SampleId::toString);
          DetectorEvaluation.Result result =
              evaluation.run(
                  samples,
                  new DetectorEvaluation.Options(true, Bootstrap.NONE, List.of(), 1),
                  errors);
          String page = TestPage.html(detector, Path.of("detector.zip"), "frames", result, errors);
          LabelledDecisions decisions = result.first().decisions();
          assertEquals(4, result.first().detection().size());
          assertEquals(
              3,
              result.first().detection().get("videos, mean").reals()
                  + result.first().detection().get("videos, mean").fakes());
          int wrong = 0;
          for (int i = 0; i < frames.size(); i++) {
            boolean fake = decisions.operatingPoint().isFake(decisions.fakeScores()[i]);
            if (fake != (samples.get(i).label() == 0)) {
              wrong++;
              assertTrue(page.contains(frames.get(i).id().toString()), "shows " + frames.get(i).id);
            }
          }
          assertTrue(wrong > 0, "random weights are sometimes wrong");
          float[][] embeddings = result.tested().features().toFloatMatrix();
          first = first == null ? embeddings : first;
          for (int i = 0; i < first.length; i++) {
            assertArrayEquals(first[i], embeddings[i], 1e-6f);
          }
        }
        assertAllOpenedOnce(frames);
      }
    }
  }

  @Test
  void predictionsAndExplanations_areOfOneOpening() throws IOException {
    List<OnceOnly> frames = frames();
    List<Prediction> predictions = new ArrayList<>();
    VideoVerdicts videos = new VideoVerdicts();
    try (Detector detector = detector();
        Explanations explanations =
            new Explanations(folder.resolve("maps"), frames, detector, Optional.empty())) {
      Predictor.Summary summary =
          new Predictor(detector, options(detector))
              .predict(
                  frames,
                  true,
                  new Predictor.Output() {
                    @Override
                    public void batch(List<Sample> samples, INDArray images, List<Prediction> batch)
                        throws IOException {
                      predictions.addAll(batch);
                      explanations.write(samples, images);
                    }

                    @Override
                    public void bad(BadImageException sample) {
                      throw sample;
                    }
                  });
      assertEquals(frames.size(), summary.scored());
      assertAllOpenedOnce(frames);

      predictions.forEach(videos::add);
      List<VideoVerdict> verdicts =
          videos.verdicts(VideoScore.MEAN, detector.calibration().operatingPoint());
      assertEquals(
          List.of("a.mp4", "b/c.mp4", "memory:1"),
          verdicts.stream().map(VideoVerdict::video).toList());
      assertEquals(
          predictions.subList(0, 4).stream()
              .mapToDouble(Prediction::fakeProbability)
              .average()
              .orElseThrow(),
          verdicts.get(0).mean(),
          1e-12);

      List<OnceOnly> again = frames();
      List<Prediction> direct = detector.predictSamples(again);
      assertAllOpenedOnce(again);
      for (int i = 0; i < direct.size(); i++) {
        assertEquals(frames.get(i).id(), direct.get(i).id());
        assertEquals(predictions.get(i).fakeProbability(), direct.get(i).fakeProbability(), 1e-5);
      }
    }
    assertTrue(Files.exists(folder.resolve("maps/a.mp4#t=0.04.png")));
    assertTrue(Files.exists(folder.resolve("maps/b/c.mp4#t=0.16.png")));
    assertTrue(Files.exists(folder.resolve("maps/memory:1.png")));
  }
}
