package io.dmyt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmyt.backbone.Backbone;
import io.dmyt.checkpoint.safetensors.SafeTensors;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Json;
import io.dmyt.internal.ZipArchive;
import io.dmyt.internal.ZipDirectory;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** Writes the file of a detector or a backbone, as {@link DetectorFile} describes it. */
final class DetectorWriter {
  /** What {@link #refit} writes anew. */
  private static final List<String> FITTED =
      List.of("calibration", "calibratedOn", "svm", "svmOn", "rule");

  private static final ObjectMapper JSON = Json.mapper();

  private DetectorWriter() {}

  /**
   * Writes it whole beside the target, then moves it over it.
   *
   * @param rule null unless the content names one
   */
  static void write(
      Path file,
      Backbone backbone,
      DetectorContent content,
      @Nullable DecisionRule rule,
      Map<String, Attachment> attachments)
      throws IOException {
    ILossFunction loss = backbone.loss();
    backbone.resetLoss();
    try {
      AtomicFile.write(file, out -> write(out, backbone.graph(), content, rule, attachments));
    } finally {
      backbone.setLoss(loss);
    }
  }

  private static void write(
      OutputStream stream,
      ComputationGraph graph,
      DetectorContent content,
      @Nullable DecisionRule rule,
      Map<String, Attachment> attachments)
      throws IOException {
    ZipOutputStream out = new ZipOutputStream(stream);
    // Weights hardly shrink, and deflating them takes longer than a small run's epoch: for that,
    // and to add an entry, this doesn't go through ModelSerializer.writeModel.
    out.setLevel(Deflater.NO_COMPRESSION);
    write(out, DetectorFile.ENTRY, utf8(content.toJson()));
    write(out, content, rule);
    write(out, ModelSerializer.CONFIGURATION_JSON, utf8(graph.getConfiguration().toJson()));
    write(out, ModelSerializer.COEFFICIENTS_BIN, graph.params());
    INDArray state =
        graph.getUpdater(false) == null ? null : graph.getUpdater().getStateViewArray();
    if (state != null && !state.isEmpty()) {
      write(out, ModelSerializer.UPDATER_BIN, state);
    }
    for (Map.Entry<String, Attachment> attachment : attachments.entrySet()) {
      out.putNextEntry(new ZipEntry(attachment.getKey()));
      attachment.getValue().writeTo(out);
      out.closeEntry();
    }
    out.finish();
  }

  /** Writes a copy of a detector's file in which only what was fitted to it is another. */
  static void refit(Path file, FittedVerdict fitted, Path output) throws IOException {
    DetectorContent before = DetectorFile.content(file);
    DetectorContent after =
        DetectorContent.of(
            DetectorLoader.requireDetector(file, before), before.provenance(), fitted);
    AtomicFile.write(
        output,
        stream -> {
          ZipOutputStream out = new ZipOutputStream(stream);
          out.setLevel(Deflater.NO_COMPRESSION);
          try (ZipArchive zip = ZipArchive.open(file)) {
            for (ZipDirectory.Entry entry : zip.entries()) {
              if (entry.name().equals(DetectorFile.ENTRY)) {
                JsonNode json = JSON.readTree(zip.bytes(entry, DetectorFile.LARGEST_ENTRY));
                write(out, DetectorFile.ENTRY, JSON.writeValueAsBytes(updated(json, after)));
                write(out, after, fitted.rule());
              } else if (!DetectorFile.OWN.contains(entry.name())) {
                out.putNextEntry(new ZipEntry(entry.name()));
                try (InputStream in = zip.read(entry)) {
                  in.transferTo(out);
                }
                out.closeEntry();
              }
            }
          } catch (ZipException e) {
            throw DetectorFile.damaged(file, e.getMessage());
          }
          out.finish();
        });
  }

  /** The entry with what was fitted; all else stays in it, known to this version or not. */
  private static JsonNode updated(JsonNode entry, DetectorContent content) {
    ObjectNode json = (ObjectNode) entry;
    json.remove(FITTED);
    ObjectNode fitted = JSON.<ObjectNode>valueToTree(content).retain(FITTED);
    return json.put("format", content.format()).setAll(fitted);
  }

  /** Writes the fitted rule's entry, if there is one. */
  private static void write(
      ZipOutputStream out, DetectorContent content, @Nullable DecisionRule rule)
      throws IOException {
    DetectorContent.StoredRule stored = content.storedRule();
    if (rule != null && stored != null && stored.entry() != null) {
      out.putNextEntry(new ZipEntry(stored.entry()));
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
}
