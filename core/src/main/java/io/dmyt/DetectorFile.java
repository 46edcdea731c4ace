package io.dmyt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.Backbones;
import io.dmyt.backbone.SavedGraph;
import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.Checkpoints;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.safetensors.SafeTensors;
import io.dmyt.internal.Json;
import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import io.dmyt.internal.ZipArchive;
import io.dmyt.internal.ZipDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a detector or a backbone: DL4J's zip of the graph with stock classes only, which
 * {@code ModelSerializer} opens without this library, and one more entry that says what it is.
 */
final class DetectorFile {
  static final String ENTRY = "dmyt.json";
  static final Set<String> OWN =
      Set.of(ENTRY, DetectorContent.SVM_ENTRY, DetectorContent.RULE_ENTRY);

  /** The dummies of a hundred classes take 50 KiB. */
  static final int LARGEST_ENTRY = 8 << 20;

  private static final int LARGEST_RULE = 128 << 20;

  private static final String OF_PYTORCH =
      Checkpoints.PYTORCH + ", which says nothing of classes: dmyt convert makes a detector of it";

  private static final ObjectMapper JSON = Json.mapper();
  private static final Logger log = LoggerFactory.getLogger(DetectorFile.class);

  private DetectorFile() {}

  /** Whether the file is such a zip, even if it is not to be trusted. */
  static boolean isOne(Path file) {
    return ZipArchive.names(file, ENTRY);
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
        throw new IOException(
            Text.format("not a detector: %s is not a zip file%s", file, butWhat(file)));
      }
      throw damaged(file, e.getMessage());
    }
  }

  /** What a file is in place of a zip, and what to do about it; empty if that isn't known. */
  private static String butWhat(Path file) {
    String format = Checkpoints.format(file).orElse("");
    return switch (format) {
      case "" -> "";
      case Checkpoints.SAFETENSORS -> " but safetensors: give it a name that ends in .safetensors";
      case Checkpoints.PYTORCH -> " but " + OF_PYTORCH;
      default -> " but " + format;
    };
  }

  private static boolean startsAsZip(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.read() == 'P' && in.read() == 'K';
    }
  }

  /** Reads what the file says of itself. */
  static DetectorContent content(Path file) throws IOException {
    try (ZipArchive zip = open(file)) {
      ZipDirectory.Entry entry = zip.entry(ENTRY);
      if (entry == null) {
        throw new IOException(Text.format("not a detector: %s is %s", file, other(zip)));
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
            .filter(name -> !name.startsWith(Attachment.PREFIX))
            .map(Quoted::of)
            .toList();
    if (!unknown.isEmpty()) {
      log.warn("{}: ignored unknown entries: {}", file, Quoted.line(String.join(", ", unknown)));
    }
  }

  private static String other(ZipArchive zip) {
    if (zip.entry("coefficients.bin") != null) {
      return Text.format("a zip without %s (a DL4J model that this library did not save)", ENTRY);
    }
    return zip.entries().stream().anyMatch(entry -> entry.name().endsWith("data.pkl"))
        ? OF_PYTORCH
        : "a zip without " + ENTRY;
  }

  /** What the JSON in a file says. */
  static DetectorContent parse(Path file, String text) throws IOException {
    try {
      JsonNode json = JSON.readTree(text);
      int format = json.path("format").asInt(-1);
      if (format > DetectorContent.FORMAT) {
        throw new IOException(
            Text.format(
                "%s has format %d, written by version %s; this version reads up to %d: update it",
                file,
                format,
                json.path("provenance").path("library").asText("?"),
                DetectorContent.FORMAT));
      }
      if (format < 1) {
        throw new IOException("damaged detector: " + file + " says no format in " + ENTRY);
      }
      String loss = json.path("detector").path("loss").asText("DMYT");
      if (LossIds.find(loss).isEmpty()) {
        throw missing(file, "was trained with the loss", loss);
      }
      DetectorContent content = JSON.treeToValue(json, DetectorContent.class);
      if (content.model() == null) {
        throw new IOException("damaged detector: " + file + " says no backbone in " + ENTRY);
      }
      if (!Backbones.knows(content.model())) {
        throw missing(file, "holds the network", content.model());
      }
      return content;
    } catch (JsonProcessingException e) {
      throw new IOException(
          Text.format("damaged detector: %s: %s: %s", file, ENTRY, Json.fault(e)));
    }
  }

  /**
   * Reads the fitted rule that the content names, and sees to it that it is the detector's.
   *
   * @param features the size of the detector's embedding
   * @return null if it names none
   */
  static @Nullable DecisionRule rule(Path file, DetectorContent content, int features)
      throws IOException {
    DetectorContent.StoredRule stored = content.storedRule();
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
        throw damaged(file, "the entry " + Quoted.line(stored.entry()) + " is missing");
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
    throw damaged(file, Text.format("its rule, %s, is not a fitted one", kind.label()));
  }

  private static IOException missing(Path file, String what, String name) {
    return new IOException(
        Text.format(
            "%s %s %s, which this library doesn't have: put its jar on the class path"
                + " (dmyt: DMYT_CLASSPATH, and --use CLASS unless the jar registers it)",
            file, what, Quoted.of(name)));
  }

  static IOException damaged(Path file, @Nullable String what) {
    return new IOException(Text.format("damaged detector: %s: %s", file, what));
  }

  /**
   * Reads the network.
   *
   * @param updater whether to read the state of the optimiser too
   */
  static Backbone backbone(Path file, DetectorContent content, boolean updater) throws IOException {
    try (ZipArchive zip = open(file)) {
      return SavedGraph.open(
              zip,
              Objects.requireNonNull(content.model()),
              content.classifierOutputs(),
              content.inputSize())
          .load(updater);
    } catch (ZipException | IllegalArgumentException e) {
      throw damaged(file, e.getMessage());
    }
  }
}
