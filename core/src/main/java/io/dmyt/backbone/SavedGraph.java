package io.dmyt.backbone;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.internal.Json;
import io.dmyt.internal.Text;
import io.dmyt.internal.ZipArchive;
import io.dmyt.internal.ZipDirectory;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A known network in a zip of DL4J's {@code ModelSerializer}, opened without executing anything
 * that is in it: no object is deserialised, and no class is loaded because the file names it.
 *
 * <p>The network is built here, by its name. The file's configuration has to say the same, field by
 * field, but for what {@link TrainingSettings} takes over; then its values are read into the
 * network's memory, as many as the network has. Other entries are ignored.
 */
public final class SavedGraph {
  /** For a network whose classifier is whatever the file says, if it has one. */
  public static final int ANY_CLASSIFIER = -1;

  private static final String CONFIGURATION = "configuration.json";
  private static final String COEFFICIENTS = "coefficients.bin";
  private static final String UPDATER_STATE = "updaterState.bin";
  private static final Set<String> ENTRIES = Set.of(CONFIGURATION, COEFFICIENTS, UPDATER_STATE);

  /** The largest network's takes 3 MiB. */
  private static final int LARGEST_CONFIGURATION = 32 << 20;

  private final ZipArchive zip;
  private final Architecture architecture;
  private final JsonNode found;
  private final TrainingSettings settings;

  private SavedGraph(ZipArchive zip, Architecture architecture, JsonNode expected, JsonNode found) {
    this.zip = zip;
    this.architecture = architecture;
    this.found = found;
    settings = new TrainingSettings(expected, found);
  }

  /** The entries that are read; everything else in a zip is ignored. */
  public static Set<String> entries() {
    return ENTRIES;
  }

  /**
   * Checks all that can be checked without ND4J, which is everything but the values.
   *
   * @param name the network's, as timm has it
   * @param classes the number of its classifier's outputs, 0 without classifier, or {@link
   *     #ANY_CLASSIFIER}
   * @param imageSize height and width in pixels of its images, 0 for the network's own
   * @throws IOException if an entry is missing, damaged or too large
   * @throws IllegalArgumentException if there is no network of that name, or the file holds another
   *     one; the message says where they differ
   */
  public static SavedGraph open(ZipArchive zip, String name, int classes, int imageSize)
      throws IOException {
    Model model = Backbones.model(name);
    JsonNode found = configuration(zip);
    int outputs = classes == ANY_CLASSIFIER ? classes(model.spec(), found) : classes;
    Architecture architecture =
        Architecture.of(
            model,
            BackboneOptions.defaults()
                .withImageSize(imageSize)
                .withClasses(outputs)
                .withUnitLength(found.path("vertices").has(NetworkBuilder.UNIT_LENGTH)));
    JsonNode expected = GraphComparison.tree(architecture.configuration());
    GraphComparison.requireSame(model.spec().name(), expected, found);
    SavedGraph graph = new SavedGraph(zip, architecture, expected, found);
    long largest = architecture.values() * Float.BYTES + ArrayEntry.LONGEST_HEADER;
    requireAtMost(graph.entry(COEFFICIENTS), largest);
    return graph;
  }

  /** The file's word, which the comparison holds it to. */
  private static int classes(BackboneSpec spec, JsonNode found) {
    JsonNode head =
        found.path("vertices").path(spec.classifier()).path("layerConf").path("layer").path("nout");
    return head.isInt() && head.intValue() >= 2 && head.intValue() <= 100_000 ? head.intValue() : 0;
  }

  private static JsonNode configuration(ZipArchive zip) throws IOException {
    byte[] bytes = zip.bytes(entry(zip, CONFIGURATION), LARGEST_CONFIGURATION);
    try {
      return Json.mapper().readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new ZipException(CONFIGURATION + ": " + Json.fault(e));
    }
  }

  private ZipDirectory.Entry entry(String name) throws ZipException {
    return entry(zip, name);
  }

  private static ZipDirectory.Entry entry(ZipArchive zip, String name) throws ZipException {
    ZipDirectory.Entry entry = zip.entry(name);
    if (entry == null) {
      throw new ZipException("the entry " + name + " is missing");
    }
    return entry;
  }

  private static void requireAtMost(ZipDirectory.Entry entry, long most) throws ZipException {
    if (entry.size() > most) {
      throw new ZipException(
          Text.format(
              "%s is %d bytes long, the network's has at most %d",
              entry.name(), entry.size(), most));
    }
  }

  /**
   * Reads the values into a new network.
   *
   * @param updater whether to read the state of the optimiser too, if it is there
   * @throws IOException if they are damaged, or not as many as the network has
   */
  public Backbone load(boolean updater) throws IOException {
    ComputationGraphConfiguration configuration = architecture.configuration();
    settings.applyTo(configuration);
    INDArray parameters = Nd4j.create(DataType.FLOAT, 1, architecture.values());
    read(COEFFICIENTS, parameters);
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init(parameters, false);
    requireOrder(configuration.getTopologicalOrderStr());
    requireSound(graph);
    ZipDirectory.Entry state = zip.entry(UPDATER_STATE);
    if (updater && state != null) {
      long most = Math.multiplyExact(3L * Float.BYTES, architecture.values());
      requireAtMost(state, most + ArrayEntry.LONGEST_HEADER);
      INDArray view = graph.getUpdater().getStateViewArray();
      if (view == null) {
        throw new ZipException(UPDATER_STATE + " belongs to an optimiser without a state");
      }
      read(UPDATER_STATE, view);
    }
    return new Backbone(architecture, graph);
  }

  /** Another order of the vertices is another order of the values. */
  private void requireOrder(List<String> expected) throws ZipException {
    List<String> order = new ArrayList<>();
    found.path("topologicalOrderStr").forEach(name -> order.add(name.asText()));
    if (!order.isEmpty() && !order.equals(expected)) {
      throw new ZipException(CONFIGURATION + " has its vertices in another order");
    }
  }

  /** No network that was trained has such values, and with them its answers mean nothing. */
  private void requireSound(ComputationGraph graph) throws ZipException {
    FloatBuffer values = FlatMemory.of(graph.params()).floats(graph.params());
    if (values == null) {
      throw new ZipException(COEFFICIENTS + " holds more than this library reads: 2 GB of floats");
    }
    for (ParameterBinding binding : architecture.bindings()) {
      String name = binding.parameter().name();
      boolean variance = name.endsWith(".running_var");
      for (INDArray view : binding.values(graph)) {
        int from = Math.toIntExact(view.offset());
        for (int i = from; i < from + view.length(); i++) {
          float value = values.get(i);
          if (!Float.isFinite(value) || (variance && value < 0)) {
            throw new ZipException(
                Text.format(
                    "%s: %s holds %s: the training that saved it had diverged, or the file is damaged",
                    COEFFICIENTS, name, value));
          }
        }
      }
    }
  }

  private void read(String name, INDArray target) throws IOException {
    try (InputStream in = zip.read(entry(name))) {
      ArrayEntry.read(in, target);
    } catch (EOFException e) {
      throw new ZipException(name + " is cut short");
    } catch (ZipException e) {
      throw String.valueOf(e.getMessage()).startsWith(name)
          ? e
          : new ZipException(name + ": " + e.getMessage());
    }
  }
}
