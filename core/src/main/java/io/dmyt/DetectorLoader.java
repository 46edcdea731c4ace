package io.dmyt;

import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.engine.Engine;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes detectors, new ones and saved ones. */
final class DetectorLoader {
  private DetectorLoader() {}

  static Detector create(DetectorSpec spec, long seed, Engine engine) {
    int size = Backbones.spec(spec.backbone()).embeddingSize();
    if (spec.dummies() != null && spec.dummies().size() != size) {
      throw new IllegalArgumentException(
          Text.format(
              "%s has embeddings of size %d, the dummies have %d",
              spec.backbone(), size, spec.dummies().size()));
    }
    BackboneOptions options =
        BackboneOptions.defaults()
            .withImageSize(spec.preprocessing().size())
            .withClasses(spec.loss().hasClassifier() ? spec.classes().size() : 0)
            .withUnitLength(spec.loss().unitLength())
            .withSeed(seed);
    return new Detector(
        Backbones.create(spec.backbone(), options), spec, null, FittedVerdict.NONE, engine);
  }

  /**
   * @param engine asked for once all is read that can be read without ND4J
   * @param updater whether to read the state of the optimiser too
   */
  static Detector load(Path file, Supplier<Engine> engine, boolean updater) throws IOException {
    if (ModelFile.isSafeTensors(file)) {
      try (ModelFile model = ModelFile.open(file)) {
        DetectorContent content = model.content();
        if (content == null) {
          throw noDetector(file);
        }
        DetectorSpec spec = requireDetector(file, content);
        Engine found = engine.get();
        return new Detector(
            model.toBackbone(),
            spec,
            content.provenance(),
            content.withoutRule().fitted(null),
            found);
      }
    }
    DetectorContent content = DetectorFile.content(file);
    DetectorSpec spec = requireDetector(file, content);
    Backbone backbone = DetectorFile.backbone(file, content, updater);
    if (backbone.unitLength().isPresent() != spec.loss().unitLength()) {
      throw DetectorFile.damaged(
          file, "its loss and its network don't agree on the length of embeddings");
    }
    Engine found = engine.get();
    DecisionRule rule = DetectorFile.rule(file, content, backbone.embeddingSize());
    return new Detector(backbone, spec, content.provenance(), content.fitted(rule), found);
  }

  /** What the detector is; fails if the file holds none. */
  static DetectorSpec requireDetector(Path file, DetectorContent content) throws IOException {
    if (content.detector() == null) {
      throw noDetector(file);
    }
    return content.detector();
  }

  private static IOException noDetector(Path file) {
    return new IOException(
        Text.format("not a detector: %s holds a network's weights only, to train one from", file));
  }

  /** Fails unless the rule is of the detector's kind and over its embeddings. */
  static void requireFitting(DecisionRule rule, DetectorSpec spec, int embeddingSize) {
    if (spec.loss().rule() != rule.kind() || !rule.kind().isFitted()) {
      throw new IllegalArgumentException(
          Text.format(
              "a detector trained with %s is judged by %s, not by %s",
              spec.loss().label(), spec.loss().rule().label(), rule.kind().label()));
    }
    requireClasses(rule, spec);
    rule.checkSize(embeddingSize);
  }

  /** Fails unless the rule tells the detector's classes apart. */
  static void requireClasses(DecisionRule rule, DetectorSpec spec) {
    if (!rule.classes().equals(spec.classes()) || rule.realIndex() != spec.realIndex()) {
      throw new IllegalArgumentException(
          Text.format(
              "%s tells %s apart, the detector's classes are %s (real: %s)",
              rule.kind().label(), rule.classes(), spec.classes(), spec.realClass()));
    }
  }

  /** The rule that follows from a detector; null if it has to be fitted first. */
  static @Nullable DecisionRule fixedRule(DetectorSpec spec) {
    LossKind loss = spec.loss();
    DecisionRule rule = loss.rule() instanceof RuleKind.Fixed kind ? kind.create(spec) : null;
    if (loss.hasClassifier() && (rule == null || rule.input() != DecisionRule.Input.OUTPUT)) {
      throw new IllegalArgumentException(
          Text.format(
              "%s has a classifier, but its rule, %s, doesn't judge logits",
              loss.label(), loss.rule().label()));
    }
    if (rule != null) {
      requireClasses(rule, spec);
    }
    return rule;
  }
}
