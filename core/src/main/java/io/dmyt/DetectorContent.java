package io.dmyt;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.dmyt.backbone.SavedGraph;
import io.dmyt.internal.Json;
import org.jspecify.annotations.Nullable;

/**
 * What a detector's file says of itself: the entry dmyt.json, or safetensors' metadata.
 *
 * @param detector null if it is a backbone only
 * @param backbone timm's name of a backbone's network; null if the detector says it
 * @param provenance null if unknown
 * @param calibration null for {@link Calibration#NONE}
 * @param calibratedOn what that was fitted to; null if unknown
 * @param svm the name of the entry that holds the SVM; null if there is none
 * @param svmOn what that was fitted to; null if unknown
 * @param rule a fitted rule that is no SVM; null if there is none
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
record DetectorContent(
    int format,
    @Nullable DetectorSpec detector,
    @Nullable String backbone,
    @Nullable Provenance provenance,
    @Nullable Calibration calibration,
    @Nullable FittingData calibratedOn,
    @Nullable String svm,
    @Nullable FittingData svmOn,
    @Nullable StoredRule rule) {
  /** Raised when older versions of the library could no longer read the file rightly. */
  static final int FORMAT = 4;

  /** Of files with no rule but an SVM, which older versions read rightly still. */
  private static final int SVM_FORMAT = 3;

  /** Of files without a fitted rule. */
  private static final int FORMAT_WITHOUT_RULE = 2;

  /** Of files without calibration either. */
  private static final int UNCALIBRATED_FORMAT = 1;

  static final String SVM_ENTRY = "dmyt-svm.safetensors";
  static final String RULE_ENTRY = "dmyt-rule.safetensors";

  /**
   * A fitted rule that is no SVM.
   *
   * @param name of its kind
   * @param entry the name of the entry that holds its state
   * @param on what it was fitted to; null if unknown
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record StoredRule(@Nullable String name, @Nullable String entry, @Nullable FittingData on) {}

  static DetectorContent of(
      DetectorSpec detector, @Nullable Provenance provenance, FittedVerdict fitted) {
    boolean none = fitted.calibration().equals(Calibration.NONE);
    RuleKind kind = fitted.rule() == null ? null : fitted.rule().kind();
    boolean svm = kind == RuleKind.SVM;
    boolean other = kind != null && !svm;
    return new DetectorContent(
        other || !LossIds.isStandard(detector.loss())
            ? FORMAT
            : svm ? SVM_FORMAT : none ? UNCALIBRATED_FORMAT : FORMAT_WITHOUT_RULE,
        detector,
        null,
        provenance,
        none ? null : fitted.calibration(),
        none ? null : fitted.calibratedOn(),
        svm ? SVM_ENTRY : null,
        svm ? fitted.ruleOn() : null,
        kind == null || svm ? null : new StoredRule(kind.label(), RULE_ENTRY, fitted.ruleOn()));
  }

  static DetectorContent ofBackbone(String name) {
    return new DetectorContent(UNCALIBRATED_FORMAT, null, name, null, null, null, null, null, null);
  }

  /** The fitted rule, an SVM or another one; null if there is none. */
  @Nullable StoredRule storedRule() {
    return svm == null ? rule : new StoredRule(RuleKind.SVM.label(), svm, svmOn);
  }

  /** What was fitted, with the rule whose state another entry holds. */
  FittedVerdict fitted(@Nullable DecisionRule restored) {
    StoredRule stored = storedRule();
    return new FittedVerdict(
        calibration == null ? Calibration.NONE : calibration,
        calibratedOn,
        restored,
        stored == null ? null : stored.on());
  }

  /** The same without a fitted rule, and without the calibration of its logits. */
  DetectorContent withoutRule() {
    return detector == null || storedRule() == null
        ? this
        : of(detector, provenance, FittedVerdict.NONE);
  }

  /** The size of the classifier that belongs to it, -1 if that is not known. */
  int classifierOutputs() {
    return detector == null
        ? SavedGraph.ANY_CLASSIFIER
        : detector.loss().hasClassifier() ? detector.classes().size() : 0;
  }

  /** The side in pixels of the network's images, 0 for the network's own. */
  int inputSize() {
    return detector == null ? 0 : detector.preprocessing().size();
  }

  /** timm's name of the network. */
  @Nullable String model() {
    return detector == null ? backbone : detector.backbone();
  }

  String toJson() throws JsonProcessingException {
    return Json.mapper().writeValueAsString(this);
  }
}
