package io.dmyt;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.Backbones;
import io.dmyt.backbone.SavedGraph;
import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.safetensors.SafeTensors;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Json;
import io.dmyt.internal.Quoted;
import io.dmyt.internal.ZipArchive;
import io.dmyt.internal.ZipDirectory;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a detector or a backbone: DL4J's zip of the graph with stock classes only, which
 * {@code ModelSerializer} opens without this library, and one more entry that says what it is.
 */
final class DetectorFile {
  /** Raised when older versions of the library could no longer read the file rightly. */
  static final int FORMAT = 4;

  /** Of files with no rule but an SVM, which older versions read rightly still. */
  private static final int SVM_FORMAT = 3;

  /** Of files without a fitted rule. */
  private static final int FORMAT_WITHOUT_RULE = 2;

  /** Of files without calibration either. */
  private static final int UNCALIBRATED_FORMAT = 1;

  private static final String ENTRY = "dmyt.json";
  private static final String SVM_ENTRY = "dmyt-svm.safetensors";
  private static final String RULE_ENTRY = "dmyt-rule.safetensors";
  private static final Set<String> OWN = Set.of(ENTRY, SVM_ENTRY, RULE_ENTRY);

  /** What {@link #refit} writes anew. */
  private static final List<String> FITTED =
      List.of("calibration", "calibratedOn", "svm", "svmOn", "rule");

  /** The dummies of a hundred classes take 50 KiB. */
  private static final int LARGEST_ENTRY = 8 << 20;

  private static final int LARGEST_RULE = 128 << 20;

  private static final ObjectMapper JSON = Json.mapper();
  private static final Logger log = LoggerFactory.getLogger(DetectorFile.class);

  /**
   * A fitted rule that is no SVM.
   *
   * @param name of its kind
   * @param entry the name of the entry that holds its state
   * @param on what it was fitted to; null if unknown
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record StoredRule(String name, String entry, FittedOn on) {}

  /**
   * The entry.
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
  record Content(
      int format,
      DetectorSpec detector,
      String backbone,
      Provenance provenance,
      Calibration calibration,
      FittedOn calibratedOn,
      String svm,
      FittedOn svmOn,
      StoredRule rule) {
    static Content of(DetectorSpec detector, Provenance provenance, FittedParts fitted) {
      boolean none = fitted.calibration().equals(Calibration.NONE);
      RuleKind kind = fitted.rule() == null ? null : fitted.rule().kind();
      boolean svm = kind == RuleKind.SVM;
      boolean other = kind != null && !svm;
      return new Content(
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
          other ? new StoredRule(kind.label(), RULE_ENTRY, fitted.ruleOn()) : null);
    }

    static Content ofBackbone(String name) {
      return new Content(UNCALIBRATED_FORMAT, null, name, null, null, null, null, null, null);
    }

    /** The fitted rule, an SVM or another one; null if there is none. */
    StoredRule storedRule() {
      return svm == null ? rule : new StoredRule(RuleKind.SVM.label(), svm, svmOn);
    }

    /** What was fitted, with the rule whose state another entry holds. */
    FittedParts fitted(DecisionRule restored) {
      StoredRule stored = storedRule();
      return new FittedParts(
          calibration == null ? Calibration.NONE : calibration,
          calibratedOn,
          restored,
          stored == null ? null : stored.on());
    }

    /** The same without a fitted rule, and without the calibration of its logits. */
    Content withoutRule() {
      return storedRule() == null ? this : of(detector, provenance, FittedParts.NONE);
    }

    /** The size of the classifier that belongs to it, -1 if that is not known. */
    int classifierOutputs() {
      return detector == null
          ? SavedGraph.ANY_CLASSIFIER
          : detector.loss().hasClassifier() ? detector.classes().size() : 0;
    }

    /** timm's name of the network. */
    String model() {
      return detector == null ? backbone : detector.backbone();
    }

    String toJson() throws JsonProcessingException {
      return JSON.writeValueAsString(this);
    }
  }

  private DetectorFile() {}

  /**
   * Writes it whole beside the target, then moves it over it.
   *
   * @param rule null unless the content names one
   */
  static void write(
      Path file, Backbone backbone, Content content, DecisionRule rule, boolean updater)
      throws IOException {
    ILossFunction loss = backbone.loss();
    backbone.resetLoss();
    try {
      AtomicFile.write(file, out -> write(out, backbone.graph(), content, rule, updater));
    } finally {
      backbone.setLoss(loss);
    }
  }

  private static void write(
      OutputStream stream,
      ComputationGraph graph,
      Content content,
      DecisionRule rule,
      boolean updater)
      throws IOException {
    ZipOutputStream out = new ZipOutputStream(stream);
    // Weights hardly shrink, and deflating them takes longer than a small run's epoch: for that,
    // and to add an entry, this doesn't go through ModelSerializer.writeModel.
    out.setLevel(Deflater.NO_COMPRESSION);
    write(out, ENTRY, utf8(content.toJson()));
    write(out, content, rule);
    write(out, ModelSerializer.CONFIGURATION_JSON, utf8(graph.getConfiguration().toJson()));
    write(out, ModelSerializer.COEFFICIENTS_BIN, graph.params());
    INDArray state = updater ? graph.getUpdater().getStateViewArray() : null;
    if (state != null && !state.isEmpty()) {
      write(out, ModelSerializer.UPDATER_BIN, state);
    }
    out.finish();
  }

  /** Writes a copy of a detector's file in which only what was fitted to it is another. */
  static void refit(Path file, FittedParts fitted, Path output) throws IOException {
    Content before = content(file);
    Content after = Content.of(before.detector(), before.provenance(), fitted);
    AtomicFile.write(
        output,
        stream -> {
          ZipOutputStream out = new ZipOutputStream(stream);
          out.setLevel(Deflater.NO_COMPRESSION);
          try (ZipArchive zip = ZipArchive.open(file)) {
            for (ZipDirectory.Entry entry : zip.entries()) {
              if (entry.name().equals(ENTRY)) {
                JsonNode json = JSON.readTree(zip.bytes(entry, LARGEST_ENTRY));
                write(out, ENTRY, JSON.writeValueAsBytes(updated(json, after)));
                write(out, after, fitted.rule());
              } else if (!OWN.contains(entry.name())) {
                out.putNextEntry(new ZipEntry(entry.name()));
                try (InputStream in = zip.read(entry)) {
                  in.transferTo(out);
                }
                out.closeEntry();
              }
            }
          } catch (ZipException e) {
            throw damaged(file, e.getMessage());
          }
          out.finish();
        });
  }

  /** The entry with what was fitted; all else stays in it, known to this version or not. */
  private static JsonNode updated(JsonNode entry, Content content) {
    ObjectNode json = (ObjectNode) entry;
    json.remove(FITTED);
    ObjectNode fitted = JSON.<ObjectNode>valueToTree(content).retain(FITTED);
    return json.put("format", content.format()).setAll(fitted);
  }

  /** Writes the fitted rule's entry, if there is one. */
  private static void write(ZipOutputStream out, Content content, DecisionRule rule)
      throws IOException {
    if (rule != null) {
      out.putNextEntry(new ZipEntry(content.storedRule().entry()));
      SafeTensors.write(rule.state(), out);
      out.closeEntry();
    }
  }

  private static void write(ZipOutputStream out, String entry, byte[] bytes) throws IOException {
    out.putNextEntry(new ZipEntry(entry));
    out.write(bytes);
    out.closeEntry();
  }

  private static void write(ZipOutputStream out, String entry, INDArray array) throws IOException {
    out.putNextEntry(new ZipEntry(entry));
    DataOutputStream data = new DataOutputStream(new BufferedOutputStream(out, 1 << 16));
    Nd4j.write(array, data);
    data.flush();
    out.closeEntry();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Whether the file is such a zip. */
  static boolean isOne(Path file) {
    try (ZipArchive zip = ZipArchive.open(file)) {
      return zip.entry(ENTRY) != null;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Checks what the zip's directory alone shows, for which nothing has to be loaded.
   *
   * @throws IOException if it is damaged, or not to be trusted
   */
  static void requireSound(Path file) throws IOException {
    open(file).close();
  }

  private static ZipArchive open(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException("not a detector but a folder: " + file);
    }
    try {
      return ZipArchive.open(file);
    } catch (ZipException e) {
      if (!startsAsZip(file)) {
        throw new IOException("not a detector: " + file + " is not a zip file");
      }
      throw damaged(file, e.getMessage());
    }
  }

  private static boolean startsAsZip(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.read() == 'P' && in.read() == 'K';
    }
  }

  /** Reads what the file says of itself. */
  static Content content(Path file) throws IOException {
    try (ZipArchive zip = open(file)) {
      ZipDirectory.Entry entry = zip.entry(ENTRY);
      if (entry == null) {
        throw new IOException("not a detector: %s is %s".formatted(file, other(zip)));
      }
      warnOfUnknown(file, zip);
      return parse(file, new String(zip.bytes(entry, LARGEST_ENTRY), StandardCharsets.UTF_8));
    } catch (ZipException e) {
      throw damaged(file, e.getMessage());
    }
  }

  /** Such as a Java object that ModelSerializer would make of preprocessor.bin. */
  private static void warnOfUnknown(Path file, ZipArchive zip) {
    List<String> unknown =
        zip.entries().stream()
            .map(ZipDirectory.Entry::name)
            .filter(name -> !OWN.contains(name) && !SavedGraph.entries().contains(name))
            .map(Quoted::of)
            .toList();
    if (!unknown.isEmpty()) {
      log.warn(
          "{}: ignored what this library does not know: {}",
          file,
          Quoted.line(String.join(", ", unknown)));
    }
  }

  private static String other(ZipArchive zip) {
    if (zip.entry("coefficients.bin") != null) {
      return "a zip without %s (a DL4J model that this library did not save)".formatted(ENTRY);
    }
    return zip.entries().stream().anyMatch(entry -> entry.name().endsWith("data.pkl"))
        ? "a file of PyTorch, which says nothing of classes: dmyt convert makes a detector of it"
        : "a zip without " + ENTRY;
  }

  /** What the JSON in a file says. */
  static Content parse(Path file, String text) throws IOException {
    try {
      JsonNode json = JSON.readTree(text);
      int format = json.path("format").asInt(-1);
      if (format > FORMAT) {
        throw new IOException(
            "%s has format %d, written by version %s; this version reads up to %d: update it"
                .formatted(
                    file, format, json.path("provenance").path("library").asText("?"), FORMAT));
      }
      if (format < 1) {
        throw new IOException("damaged detector: " + file + " says no format in " + ENTRY);
      }
      String loss = json.path("detector").path("loss").asText("DMYT");
      if (LossIds.find(loss).isEmpty()) {
        throw missing(file, "was trained with the loss", loss);
      }
      Content content = JSON.treeToValue(json, Content.class);
      if (content.model() == null) {
        throw new IOException("damaged detector: " + file + " says no backbone in " + ENTRY);
      }
      if (!Backbones.names().contains(content.model())) {
        throw missing(file, "holds the network", content.model());
      }
      return content;
    } catch (JsonProcessingException e) {
      throw new IOException("damaged detector: %s: %s: %s".formatted(file, ENTRY, Json.fault(e)));
    }
  }

  /**
   * Reads the fitted rule that the content names, and sees to it that it is the detector's.
   *
   * @param features the size of the detector's embedding
   * @return null if it names none
   */
  static DecisionRule rule(Path file, Content content, int features) throws IOException {
    StoredRule stored = content.storedRule();
    if (stored == null) {
      return null;
    }
    if (stored.name() == null || stored.entry() == null) {
      throw damaged(file, "its rule has no name or no entry");
    }
    if (content.detector() == null) {
      throw damaged(file, stored.entry() + " belongs to no detector");
    }
    RuleKind.Fitted kind = kind(file, stored.name());
    try (ZipArchive zip = open(file)) {
      ZipDirectory.Entry entry = zip.entry(stored.entry());
      if (entry == null) {
        throw damaged(file, "there is no " + Quoted.line(stored.entry()));
      }
      try (StateDict state = SafeTensors.read(zip.bytes(entry, LARGEST_RULE), stored.entry())) {
        DecisionRule rule = kind.restore(content.detector(), state);
        DetectorLoader.requireFitting(rule, content.detector(), features);
        return rule;
      }
    } catch (CheckpointException e) {
      throw damaged(file, e.getMessage());
    } catch (IllegalArgumentException e) {
      throw damaged(file, stored.entry() + ": " + e.getMessage());
    } catch (ZipException e) {
      throw damaged(file, e.getMessage());
    }
  }

  private static RuleKind.Fitted kind(Path file, String name) throws IOException {
    RuleKind kind = RuleKind.find(name).orElse(null);
    if (kind == null) {
      throw missing(file, "is judged by the rule", name);
    }
    if (kind instanceof RuleKind.Fitted fitted) {
      return fitted;
    }
    throw damaged(file, "its rule, %s, is not a fitted one".formatted(kind.label()));
  }

  private static IOException missing(Path file, String what, String name) {
    return new IOException(
        ("%s %s %s, which this library doesn't have: put its jar on the class path"
                + " (dmyt: DMYT_CLASSPATH, and --use CLASS unless the jar registers it)")
            .formatted(file, what, Quoted.of(name)));
  }

  private static IOException damaged(Path file, String what) {
    return new IOException("damaged detector: %s: %s".formatted(file, what));
  }

  /**
   * Reads the network.
   *
   * @param updater whether to read the state of the optimiser too
   */
  static Backbone backbone(Path file, Content content, boolean updater) throws IOException {
    try (ZipArchive zip = open(file)) {
      return SavedGraph.open(zip, content.model(), content.classifierOutputs()).load(updater);
    } catch (ZipException | IllegalArgumentException e) {
      throw damaged(file, e.getMessage());
    }
  }
}
