package io.dmyt;

import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.backbone.NamedParameter;
import io.dmyt.data.ImageDecoder;
import io.dmyt.loss.CrossEntropyLoss;
import io.dmyt.loss.DummyTripletLoss;
import io.dmyt.loss.TripletLoss;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Tells real images from manipulated ones: a backbone with what belongs to it.
 *
 * <pre>{@code
 * Detector detector = Detector.load(Path.of("detector.zip"));
 * for (Prediction p : detector.predict(List.of(Path.of("face.jpg")))) {
 *   System.out.println(p.label() + " " + p.fakeProbability());
 * }
 * }</pre>
 *
 * <p>Not safe for use by several threads at once.
 */
public final class Detector {
  private static final int PREDICT_BATCH = 8;

  private final Backbone backbone;
  private final DetectorSpec spec;
  private final ILossFunction loss;
  private Provenance provenance;

  private Detector(Backbone backbone, DetectorSpec spec, Provenance provenance) {
    this.backbone = backbone;
    this.spec = spec;
    this.provenance = provenance;
    loss = lossOf(spec);
    backbone.setLoss(loss);
  }

  /**
   * A new detector with initial weights as timm draws them.
   *
   * @param seed of the weights
   * @throws IllegalArgumentException if the backbone is unknown, or the dummies have another size
   *     than its embedding
   */
  public static Detector create(DetectorSpec spec, long seed) {
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
    return new Detector(Backbones.create(spec.backbone(), options), spec, null);
  }

  /**
   * Opens a saved detector.
   *
   * @throws IOException if the file can't be read, holds no detector, is damaged, or was written in
   *     a format newer than this library knows
   */
  public static Detector load(Path file) throws IOException {
    DetectorFile.Content content = DetectorFile.content(file);
    DetectorSpec spec = content.detector();
    return new Detector(DetectorFile.backbone(file, spec, true), spec, content.provenance());
  }

  /**
   * Writes the detector: whole beside the file first, then moved over it. Any DL4J program opens it
   * with {@code ModelSerializer.restoreComputationGraph}, the state of the optimiser included.
   */
  public void save(Path file) throws IOException {
    boolean trained = backbone.graph().getUpdater(false) != null;
    DetectorFile.write(file, backbone, spec, provenance, trained);
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
   * How well each class fits, larger is better.
   *
   * @param features as {@link #features} gives them, [B, F]
   * @return [B, classes]: logits, or the embedding's mean over each class's dummy
   */
  public INDArray scores(INDArray features) {
    return spec.dummies() == null ? features : spec.dummies().scores(features);
  }

  /** The class of the best score for each of the features [B, F]. */
  public int[] classify(INDArray features) {
    return scores(features).argMax(1).toIntVector();
  }

  /**
   * P(class) of each class: the softmax of the scores.
   *
   * @param scores [B, classes]
   * @return [B, classes], rows that sum to 1
   */
  public INDArray probabilities(INDArray scores) {
    return Transforms.softmax(scores, true);
  }

  /**
   * Scores images from files, a few at a time.
   *
   * @return a prediction per file, in their order
   * @throws io.dmyt.data.BadImageException if a file can't be read as an image; the message names
   *     it
   */
  public List<Prediction> predict(List<Path> files) {
    try (ImageDecoder decoder = new ImageDecoder(spec.preprocessing())) {
      return predict(files, decoder);
    }
  }

  private List<Prediction> predict(List<Path> files, ImageDecoder decoder) {
    List<Prediction> predictions = new ArrayList<>();
    for (int from = 0; from < files.size(); from += PREDICT_BATCH) {
      List<Path> part = files.subList(from, Math.min(files.size(), from + PREDICT_BATCH));
      List<INDArray> images = new ArrayList<>();
      for (Path file : part) {
        images.add(decoder.decode(file));
      }
      INDArray scores = scores(features(Nd4j.concat(0, images.toArray(INDArray[]::new))));
      double[][] probabilities = probabilities(scores).toDoubleMatrix();
      for (int i = 0; i < part.size(); i++) {
        predictions.add(Prediction.of(part.get(i), spec, probabilities[i]));
      }
    }
    return predictions;
  }

  /**
   * Takes over the weights and running statistics of another detector's backbone; its classifier's
   * too where both have one for as many classes.
   *
   * @throws IllegalArgumentException if it has another backbone
   */
  public void copyBackbone(Detector other) {
    if (!other.spec.backbone().equals(spec.backbone())) {
      throw new IllegalArgumentException(
          "can't start %s from the weights of %s"
              .formatted(spec.backbone(), other.spec.backbone()));
    }
    for (NamedParameter parameter : backbone.parameters()) {
      String name = parameter.name();
      if (other.backbone.contains(name) && other.backbone.parameter(name).equals(parameter)) {
        backbone.set(name, other.backbone.get(name));
      }
    }
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
