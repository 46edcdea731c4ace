package io.dmyt;

import io.dmyt.backbone.Backbone;
import io.dmyt.data.ImageDecoder;
import io.dmyt.data.Sample;
import io.dmyt.engine.Engine;
import io.dmyt.engine.Engines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

// Over 300 lines: the library's front door, half of it javadoc.

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
  private final Backbone stock;
  private final Engine engine;
  private final Backbone backbone;
  private final DetectorSpec spec;
  private final ILossFunction loss;

  /** The rule that follows from the detector; null if its rule has to be fitted. */
  private final @Nullable DecisionRule fixedRule;

  private @Nullable Provenance provenance;
  private FittedVerdict fitted;

  Detector(
      Backbone stock,
      DetectorSpec spec,
      @Nullable Provenance provenance,
      FittedVerdict fitted,
      Engine engine) {
    this.stock = stock;
    this.engine = engine;
    fixedRule = DetectorLoader.fixedRule(spec);
    ComputationGraph graph = engine.accelerate(stock.graph());
    backbone = Engines.accelerated(graph) ? stock.on(graph) : stock;
    this.spec = spec;
    this.provenance = provenance;
    this.fitted = fitted;
    loss = spec.loss().create(spec);
    backbone.setLoss(loss);
  }

  /** {@link #create(DetectorSpec, long, Engine)} on the {@link Engines#best best engine}. */
  public static Detector create(DetectorSpec spec, long seed) {
    return create(spec, seed, Engines.best());
  }

  /**
   * A new detector with initial weights as timm draws them.
   *
   * @param seed of the weights
   * @throws IllegalArgumentException if the backbone is unknown, or the dummies have another size
   *     than its embedding
   */
  public static Detector create(DetectorSpec spec, long seed, Engine engine) {
    return DetectorLoader.create(spec, seed, engine);
  }

  /** A new detector around a network that is there already, of any data type. */
  static Detector of(DetectorSpec spec, Backbone backbone) {
    return new Detector(backbone, spec, null, FittedVerdict.NONE, Engines.dl4j());
  }

  /** {@link #load(Path, Engine)} on the {@link Engines#best best engine}. */
  public static Detector load(Path file) throws IOException {
    ModelFile.requireSound(file);
    return DetectorLoader.load(file, Engines.bestMeanwhile(), true);
  }

  /**
   * Opens a saved detector.
   *
   * @throws IOException if the file can't be read, holds no detector, is damaged, was written in a
   *     format newer than this library knows, or names a loss or rule that is not on the class path
   */
  public static Detector load(Path file, Engine engine) throws IOException {
    return DetectorLoader.load(file, () -> engine, true);
  }

  /**
   * Opens a saved detector that is not to be trained further: without the state of the optimiser,
   * which is two thirds of a file. What this detector {@link #save saves} has none either.
   *
   * @throws IOException as {@link #load(Path, Engine)}
   */
  public static Detector loadForInference(Path file, Engine engine) throws IOException {
    return DetectorLoader.load(file, () -> engine, false);
  }

  /**
   * Another detector over the same parameters, calibrated and fitted as this one is now, for use by
   * another thread at the same time. Neither may be trained while the other is used; each is closed
   * by itself.
   *
   * @throws IllegalStateException if DL4J's own layers run the network: they keep what they compute
   *     in the network itself
   */
  public Detector sharing() {
    if (!Engines.accelerated(backbone.graph())) {
      throw new IllegalStateException(
          "DL4J's own layers can't run a network in two threads: use another engine");
    }
    return new Detector(stock, spec, provenance, fitted, engine);
  }

  /**
   * Writes the detector: whole beside the file first, then moved over it. Any DL4J program opens it
   * with {@code ModelSerializer.restoreComputationGraph}, the state of the optimiser included.
   *
   * <p>A name that ends in {@code .safetensors} gets that format, without the optimiser's state:
   * PyTorch's world opens it, and timm's network of the same name takes it with {@code
   * strict=True}. A rule that was fitted, and the calibration of its logits, have no place there.
   */
  public void save(Path file) throws IOException {
    if (ModelFile.isSafeTensors(file)) {
      ModelFile.of(backbone.stateDict(), DetectorContent.of(spec, provenance, fitted)).write(file);
    } else {
      save(file, Map.of());
    }
  }

  /**
   * Writes the detector as DL4J's zip, with attachments that reading a detector passes over.
   *
   * @param attachments by the names of their entries, which begin with {@link Attachment#PREFIX}
   */
  public void save(Path file, Map<String, Attachment> attachments) throws IOException {
    DetectorContent content = DetectorContent.of(spec, provenance, fitted);
    DetectorWriter.write(file, backbone, content, fitted.rule(), attachments);
  }

  /**
   * Stores this detector's calibration and fitted rule in the file that it was loaded from, and
   * copies all else that is there: weights, the optimiser's state, provenance, entries of other
   * programs.
   *
   * @param file the saved detector
   * @param output where to, which may be the same file; it is written whole, then moved there
   * @throws IOException as {@link #load} has it, or if the file can't be written
   */
  public void saveFitted(Path file, Path output) throws IOException {
    if (ModelFile.isSafeTensors(file) || ModelFile.isSafeTensors(output)) {
      save(output);
    } else {
      DetectorWriter.refit(file, fitted, output);
    }
  }

  /** What it is: backbone, classes, preprocessing, loss and dummies. */
  public DetectorSpec spec() {
    return spec;
  }

  /** Where the detector comes from; null before it was trained. */
  public @Nullable Provenance provenance() {
    return provenance;
  }

  /** Says where the detector comes from; saved with it. */
  public void setProvenance(Provenance provenance) {
    this.provenance = provenance;
  }

  /** What makes P(fake) of the scores, and the threshold: {@link Calibration#NONE} at first. */
  public Calibration calibration() {
    return fitted.calibration();
  }

  /** What the calibration was fitted to; null if unknown. */
  public @Nullable FittingData calibratedOn() {
    return fitted.calibratedOn();
  }

  /** Sets a calibration that was fitted to nothing known. */
  public void setCalibration(Calibration calibration) {
    setCalibration(calibration, null);
  }

  /**
   * It is in force from now on, and saved with the detector.
   *
   * @param on what it was fitted to; null if unknown
   */
  public void setCalibration(Calibration calibration, @Nullable FittingData on) {
    fitted = fitted.calibrated(calibration, on);
  }

  /** How it judges; an IllegalStateException if it {@link #hasVerdict has no verdict}. */
  public DecisionRule rule() {
    return fixedRule != null ? fixedRule : fitted.requireRule(spec);
  }

  /** Whether it can tell real from fake: with a rule to be fitted, once that is done. */
  public boolean hasVerdict() {
    return fixedRule != null || fitted.rule() != null;
  }

  /** What the rule was fitted to; null if it needs no fitting, or that is unknown. */
  public @Nullable FittingData ruleFittedOn() {
    return fitted.ruleOn();
  }

  /**
   * Gives a detector whose rule has to be fitted its verdict: from now on, and saved with it. The
   * calibration, which was another rule's, goes.
   *
   * @param rule fitted to the embeddings of this network
   * @param on what it was fitted to; null if unknown
   * @throws IllegalArgumentException if the detector is judged by another kind of rule, or this one
   *     takes embeddings of another size
   */
  public void setRule(DecisionRule rule, @Nullable FittingData on) {
    DetectorLoader.requireFitting(rule, spec, backbone.embeddingSize());
    fitted = new FittedVerdict(Calibration.NONE, null, rule, on);
  }

  /**
   * Forgets calibration and fitted rule, which were fitted to weights that are about to change. The
   * {@code Trainer} does it; who changes {@link #graph()} otherwise has to.
   */
  public void forgetFitted() {
    fitted = FittedVerdict.NONE;
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

  /** What a rule judges, of embeddings [B, embedding size]: these, or a classifier's logits. */
  public INDArray input(DecisionRule rule, INDArray embeddings) {
    return rule.input() == DecisionRule.Input.OUTPUT ? featuresOf(embeddings) : embeddings;
  }

  /** The gradient with respect to embeddings, of one with respect to what a rule judges, [B, F]. */
  public INDArray embeddingGradient(DecisionRule rule, INDArray gradient) {
    return rule.input() == DecisionRule.Input.OUTPUT && spec.loss().hasClassifier()
        ? gradient.mmul(backbone.classifierWeights())
        : gradient;
  }

  /** What {@link #features} gives of images with these embeddings, [B, embedding size]. */
  public INDArray featuresOf(INDArray embeddings) {
    return spec.loss().hasClassifier() ? backbone.logits(embeddings) : embeddings;
  }

  /**
   * P(fake), calibrated: B numbers, 0 real … 1 fake; NaN where a feature is.
   *
   * @param features as {@link #features} gives them, [B, F]
   * @throws IllegalStateException if the detector {@link #hasVerdict has no verdict}
   */
  public double[] fakeProbabilities(INDArray features) {
    double[] raw = rule().decide(features).fakeProbabilities();
    return Arrays.stream(raw).map(calibration()::apply).toArray();
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
    try (ImageDecoder decoder = new ImageDecoder(spec.preprocessing())) {
      return Predictions.of(this, samples, decoder);
    }
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
    return Predictions.of(this, samples, images);
  }

  /** Frees the engine's memory; the detector can't be used afterwards. */
  @Override
  public void close() {
    Engines.release(backbone.graph());
  }
}
