package io.dmyt;

import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.data.ImageDecoder;
import io.dmyt.data.Sample;
import io.dmyt.engine.onednn.OneDnn;
import io.dmyt.loss.CrossEntropyLoss;
import io.dmyt.loss.DummyTripletLoss;
import io.dmyt.loss.TripletLoss;
import io.dmyt.svm.EmbeddingSvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * Tells real images from manipulated ones: a backbone with what belongs to it.
 *
 * <pre>{@code
 * try (Detector detector = Detector.load(Path.of("detector.zip"))) {
 *   for (Prediction p : detector.predict(List.of(Path.of("face.jpg")))) {
 *     System.out.println(p.label() + " " + p.fakeProbability());
 *   }
 * }
 * }</pre>
 *
 * <p>Not safe for use by several threads at once.
 */
public final class Detector implements AutoCloseable {
  private static final int PREDICT_BATCH = 8;

  private final Backbone backbone;
  private final DetectorSpec spec;
  private final ILossFunction loss;
  private Provenance provenance;
  private FittedParts fitted;

  private Detector(
      Backbone stock, DetectorSpec spec, Provenance provenance, FittedParts fitted, Engine engine) {
    backbone = engine.on(stock);
    this.spec = spec;
    this.provenance = provenance;
    this.fitted = fitted;
    loss = lossOf(spec);
    backbone.setLoss(loss);
  }

  /**
   * A new detector on the {@link Engine#best best engine}.
   *
   * @see #create(DetectorSpec, long, Engine)
   */
  public static Detector create(DetectorSpec spec, long seed) {
    return create(spec, seed, Engine.best());
  }

  /**
   * A new detector with initial weights as timm draws them.
   *
   * @param seed of the weights
   * @throws IllegalArgumentException if the backbone is unknown, or the dummies have another size
   *     than its embedding
   */
  public static Detector create(DetectorSpec spec, long seed, Engine engine) {
    int size = Backbones.spec(spec.backbone()).embeddingSize();
    if (spec.dummies() != null && spec.dummies().size() != size) {
      throw new IllegalArgumentException(
          "%s has embeddings of size %d, the dummies have %d"
              .formatted(spec.backbone(), size, spec.dummies().size()));
    }
    BackboneOptions options =
        BackboneOptions.defaults()
            .withImageSize(spec.preprocessing().size())
            .withClasses(spec.loss().hasClassifier() ? spec.classes().size() : 0)
            .withSeed(seed);
    return new Detector(
        Backbones.create(spec.backbone(), options), spec, null, FittedParts.NONE, engine);
  }

  /** A new detector around a network that is there already, of any data type. */
  static Detector of(DetectorSpec spec, Backbone backbone) {
    return new Detector(backbone, spec, null, FittedParts.NONE, Engine.dl4j());
  }

  /**
   * Opens a saved detector on the {@link Engine#best best engine}.
   *
   * @see #load(Path, Engine)
   */
  public static Detector load(Path file) throws IOException {
    ModelFile.requireSound(file);
    return load(file, Engine.bestMeanwhile());
  }

  /**
   * Opens a saved detector.
   *
   * @throws IOException if the file can't be read, holds no detector, is damaged, or was written in
   *     a format newer than this library knows
   */
  public static Detector load(Path file, Engine engine) throws IOException {
    return load(file, () -> engine);
  }

  /**
   * @param engine asked for once all is read that can be read without ND4J
   */
  private static Detector load(Path file, Supplier<Engine> engine) throws IOException {
    if (ModelFile.isSafeTensors(file)) {
      try (ModelFile model = ModelFile.open(file)) {
        DetectorFile.Content content = model.content();
        requireDetector(file, content);
        Engine found = engine.get();
        return new Detector(
            model.toBackbone(),
            content.detector(),
            content.provenance(),
            content.withoutSvm().fitted(null),
            found);
      }
    }
    DetectorFile.Content content = DetectorFile.content(file);
    requireDetector(file, content);
    Backbone backbone = DetectorFile.backbone(file, content, true);
    Engine found = engine.get();
    EmbeddingSvm svm = DetectorFile.svm(file, content, backbone.spec().embeddingSize());
    return new Detector(
        backbone, content.detector(), content.provenance(), content.fitted(svm), found);
  }

  private static void requireDetector(Path file, DetectorFile.Content content) throws IOException {
    if (content == null || content.detector() == null) {
      throw new IOException(
          "not a detector: %s holds a network's weights only, to train one from".formatted(file));
    }
  }

  /**
   * Writes the detector: whole beside the file first, then moved over it. Any DL4J program opens it
   * with {@code ModelSerializer.restoreComputationGraph}, the state of the optimiser included.
   *
   * <p>A name that ends in {@code .safetensors} gets that format, without the optimiser's state:
   * PyTorch's world opens it, and timm's network of the same name takes it with {@code
   * strict=True}. An SVM, and the calibration of its margins, have no place there.
   */
  public void save(Path file) throws IOException {
    DetectorFile.Content content = DetectorFile.Content.of(spec, provenance, fitted);
    if (ModelFile.isSafeTensors(file)) {
      ModelFile.of(backbone.stateDict(), content).write(file);
      return;
    }
    boolean trained = backbone.graph().getUpdater(false) != null;
    DetectorFile.write(file, backbone, content, fitted.svm(), trained);
  }

  /**
   * Stores this detector's calibration and SVM in the file that it was loaded from, and copies all
   * else that is there: weights, the optimiser's state, provenance, entries of other programs.
   *
   * @param file the saved detector
   * @param output where to, which may be the same file; it is written whole, then moved there
   * @throws IOException as {@link #load} has it, or if the file can't be written
   */
  public void saveFitted(Path file, Path output) throws IOException {
    if (ModelFile.isSafeTensors(file) || ModelFile.isSafeTensors(output)) {
      save(output);
    } else {
      DetectorFile.refit(file, fitted, output);
    }
  }

  public DetectorSpec spec() {
    return spec;
  }

  /** Where the detector comes from; null before it was trained. */
  public Provenance provenance() {
    return provenance;
  }

  public void setProvenance(Provenance provenance) {
    this.provenance = provenance;
  }

  /** What makes P(fake) of the scores, and the threshold: {@link Calibration#NONE} at first. */
  public Calibration calibration() {
    return fitted.calibration();
  }

  /** What the calibration was fitted to; null if unknown. */
  public FittedOn calibratedOn() {
    return fitted.calibratedOn();
  }

  /** It is in force from now on, and saved with the detector. */
  public void setCalibration(Calibration calibration) {
    setCalibration(calibration, null);
  }

  /**
   * It is in force from now on, and saved with the detector.
   *
   * @param on what it was fitted to; null if unknown
   */
  public void setCalibration(Calibration calibration, FittedOn on) {
    fitted = fitted.calibrated(Objects.requireNonNull(calibration, "calibration"), on);
  }

  /** What judges the embeddings of a detector trained with Triplet; null before it was fitted. */
  public EmbeddingSvm svm() {
    return fitted.svm();
  }

  /** What the SVM was fitted to; null if unknown. */
  public FittedOn svmFittedOn() {
    return fitted.svmOn();
  }

  /**
   * Gives a detector that was trained with Triplet its verdict: from now on, and saved with it. The
   * calibration, which was another machine's, goes.
   *
   * @param svm fitted to the embeddings of this network, labelled by this detector's classes
   * @param on what it was fitted to; null if unknown
   * @throws IllegalArgumentException if the detector has a verdict without it, or it tells other
   *     classes apart, not the real one among them, or takes embeddings of another size
   */
  public void setSvm(EmbeddingSvm svm, FittedOn on) {
    requireFitting(svm, spec, backbone.spec().embeddingSize());
    fitted = new FittedParts(Calibration.NONE, null, svm, on);
  }

  static void requireFitting(EmbeddingSvm svm, DetectorSpec spec, int embeddingSize) {
    if (spec.loss() != LossKind.TRIPLET) {
      throw new IllegalArgumentException(
          "a detector trained with %s needs no SVM".formatted(spec.loss()));
    }
    int[] classes = svm.classes();
    if (svm.parts().features() != embeddingSize
        || classes[classes.length - 1] >= spec.classes().size()
        || Arrays.binarySearch(classes, spec.realIndex()) < 0) {
      throw new IllegalArgumentException(
          "an SVM of the classes %s over %d features, for a detector of %s with real class %d over %d"
              .formatted(
                  Arrays.toString(classes),
                  svm.parts().features(),
                  spec.classes(),
                  spec.realIndex(),
                  embeddingSize));
    }
  }

  /**
   * Forgets calibration and SVM, which were fitted to weights that are about to change. The {@code
   * Trainer} does it; who changes {@link #graph()} otherwise has to.
   */
  public void forgetFitted() {
    fitted = FittedParts.NONE;
  }

  /** Whether it can tell real from fake: with Triplet, once there is an SVM. */
  public boolean hasVerdict() {
    return spec.loss() != LossKind.TRIPLET || fitted.svm() != null;
  }

  /** The network, its parameters under timm's names. */
  public Backbone backbone() {
    return backbone;
  }

  /** The network as DL4J's graph: changes to it are changes to the detector. */
  public ComputationGraph graph() {
    return backbone.graph();
  }

  /** What the detector is trained with, also when another one stands on the graph meanwhile. */
  public ILossFunction loss() {
    return loss;
  }

  /**
   * What the network answers: embeddings, or a classifier's logits.
   *
   * @param images [B, 3, size, size], as {@link #spec()} says they are preprocessed
   * @return [B, embedding size], or [B, classes] with a classifier
   */
  public INDArray features(INDArray images) {
    return backbone.graph().outputSingle(false, images);
  }

  /** The embeddings of images [B, 3, size, size], [B, embedding size], also below a classifier. */
  public INDArray embed(INDArray images) {
    return spec.loss().hasClassifier() ? backbone.embed(images) : features(images);
  }

  /**
   * What the network's end makes of embeddings [B, embedding size]: logits [B, classes] with a
   * classifier, else nothing, so that it is what {@link #features} gives.
   */
  public INDArray featuresOf(INDArray embeddings) {
    if (!spec.loss().hasClassifier()) {
      return embeddings;
    }
    String head = backbone.spec().classifier();
    return embeddings
        .mmul(backbone.get(head + ".weight").transpose())
        .addiRowVector(backbone.get(head + ".bias"));
  }

  /**
   * How well each class fits, larger is better.
   *
   * @param features as {@link #features} gives them, [B, F]
   * @return [B, classes]: logits, the embedding's mean over each class's dummy, or an SVM's votes,
   *     of which a class that the SVM has never seen gets −∞
   * @throws IllegalStateException if the detector {@link #hasVerdict has no verdict}
   */
  public INDArray scores(INDArray features) {
    return Nd4j.createFromArray(scored(features).scores()).castTo(features.dataType());
  }

  /** The class of the best score for each of the features [B, F]; of equal ones the first. */
  public int[] classify(INDArray features) {
    return scores(features).argMax(1).toIntVector();
  }

  /**
   * P(fake) before calibration: see {@link FakeScore}, and with an SVM σ of its {@link
   * EmbeddingSvm#fakeMargin}, which ranks images but is no probability yet.
   *
   * @param features as {@link #features} gives them, [B, F]
   * @return B numbers, 0 real … 1 fake; NaN where a feature is
   * @throws IllegalStateException if the detector {@link #hasVerdict has no verdict}
   */
  public double[] rawFakeProbabilities(INDArray features) {
    return scored(features).fake();
  }

  /**
   * P(fake), calibrated.
   *
   * @param features as {@link #features} gives them, [B, F]
   * @return B numbers, 0 real … 1 fake; NaN where a feature is
   * @throws IllegalStateException if the detector {@link #hasVerdict has no verdict}
   */
  public double[] fakeProbabilities(INDArray features) {
    return Arrays.stream(scored(features).fake()).map(calibration()::apply).toArray();
  }

  /**
   * What the verdict is made of.
   *
   * @param scores [B, classes]
   * @param scale that makes logits of them
   * @param fake P(fake) before calibration, [B]
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Scored(double[][] scores, double scale, double[] fake) {}

  private Scored scored(INDArray features) {
    if (!hasVerdict()) {
      throw new IllegalStateException(
          "a detector trained with Triplet has no verdict before an SVM is fitted to its embeddings,"
              + " as dmyt calibrate does");
    }
    if (fitted.svm() != null) {
      return byMachine(features.toFloatMatrix());
    }
    boolean byDummies = spec.judgedByDummies();
    double scale = byDummies ? FakeScore.dummyScale(spec.dummies().size()) : 1;
    double[][] scores = (byDummies ? spec.dummies().scores(features) : features).toDoubleMatrix();
    return new Scored(
        scores,
        scale,
        Arrays.stream(scores)
            .mapToDouble(s -> FakeScore.probability(s, spec.realIndex(), scale))
            .toArray());
  }

  private Scored byMachine(float[][] embeddings) {
    EmbeddingSvm svm = fitted.svm();
    double[][] scores = new double[embeddings.length][spec.classes().size()];
    double[] fake = new double[embeddings.length];
    IntStream.range(0, embeddings.length)
        .parallel()
        .forEach(
            i -> {
              Arrays.fill(scores[i], Double.NaN);
              fake[i] = Double.NaN;
              if (isFinite(embeddings[i])) {
                double[] decisions = svm.decisions(embeddings[i]);
                int[] votes = svm.votes(decisions);
                Arrays.fill(scores[i], Double.NEGATIVE_INFINITY);
                for (int k = 0; k < votes.length; k++) {
                  scores[i][svm.classes()[k]] = votes[k];
                }
                fake[i] = FakeScore.ofLogit(svm.fakeMargin(decisions, spec.realIndex()));
              }
            });
    return new Scored(scores, 1, fake);
  }

  private static boolean isFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Scores images from files, a few at a time.
   *
   * @return a prediction per file, in their order
   * @throws io.dmyt.data.BadImageException if a file can't be read as an image; the message names
   *     it
   */
  public List<Prediction> predict(List<Path> files) {
    return predictSamples(files.stream().map(Sample::of).toList());
  }

  /**
   * Scores images from wherever they are, a few at a time. Each is opened once.
   *
   * @return a prediction per sample, in their order
   * @throws io.dmyt.data.BadImageException if one can't be read as an image; the message names it
   */
  public List<Prediction> predictSamples(List<? extends Sample> samples) {
    List<Prediction> predictions = new ArrayList<>();
    try (ImageDecoder decoder = new ImageDecoder(spec.preprocessing())) {
      for (int from = 0; from < samples.size(); from += PREDICT_BATCH) {
        List<? extends Sample> part =
            samples.subList(from, Math.min(samples.size(), from + PREDICT_BATCH));
        List<INDArray> images = new ArrayList<>();
        for (Sample sample : part) {
          images.add(decoder.decode(sample));
        }
        predictions.addAll(predict(part, Nd4j.concat(0, images.toArray(INDArray[]::new))));
      }
    }
    return predictions;
  }

  /**
   * Scores a batch of images that are decoded already, such as one of an {@link
   * io.dmyt.data.ImageFolderIterator}.
   *
   * @param samples where each of them comes from
   * @param images [B, 3, size, size], as {@link #spec()} says they are preprocessed
   * @return a prediction per image, in their order
   * @throws IllegalStateException if the network answers with numbers that are not finite, or the
   *     detector {@link #hasVerdict has no verdict}
   */
  public List<Prediction> predict(List<? extends Sample> samples, INDArray images) {
    if (samples.size() != images.size(0)) {
      throw new IllegalArgumentException(
          "%d samples for a batch of %d images".formatted(samples.size(), images.size(0)));
    }
    INDArray features = features(images);
    Scored scored = scored(features);
    double[][] distances =
        spec.judgedByDummies() ? spec.dummies().distances(features).toDoubleMatrix() : null;
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < scored.fake().length; i++) {
      double[] scores = scored.scores()[i];
      double fake = calibration().apply(scored.fake()[i]);
      if (Double.isNaN(fake)) {
        throw new IllegalStateException(
            "the network answers %s with scores that are no numbers: %s"
                .formatted(samples.get(i).id(), Arrays.toString(scores)));
      }
      double[] probabilities =
          FakeScore.classProbabilities(scores, spec.realIndex(), scored.scale(), fake);
      boolean isFake = calibration().operatingPoint().isFake(fake);
      predictions.add(
          new Prediction(
              samples.get(i).id(),
              samples.get(i).group(),
              fake,
              isFake,
              label(probabilities, isFake),
              boxed(probabilities),
              distances == null ? List.of() : boxed(distances[i])));
    }
    return predictions;
  }

  /** The real class, or the likeliest fake one. */
  private String label(double[] probabilities, boolean fake) {
    int real = spec.realIndex();
    if (!fake) {
      return spec.classes().get(real);
    }
    int best = real == 0 ? 1 : 0;
    for (int k = 0; k < probabilities.length; k++) {
      best = k != real && probabilities[k] > probabilities[best] ? k : best;
    }
    return spec.classes().get(best);
  }

  private static List<Double> boxed(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  /** Frees the engine's memory; the detector can't be used afterwards. */
  @Override
  public void close() {
    OneDnn.release(backbone.graph());
  }

  private static ILossFunction lossOf(DetectorSpec spec) {
    double[] weights =
        spec.labelWeights() == null
            ? null
            : spec.labelWeights().stream().mapToDouble(Double::doubleValue).toArray();
    return switch (spec.loss()) {
      case DMYT -> new DummyTripletLoss(spec.dummies(), weights);
      case TRIPLET -> new TripletLoss(weights);
      case CROSS_ENTROPY -> new CrossEntropyLoss(weights);
    };
  }
}
