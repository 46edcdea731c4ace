package io.dmyt.backbone;

import static io.dmyt.internal.Checks.require;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * What a saved configuration says of its training and a network is not bound to: counters, seeds,
 * updaters, regularisation. It is taken over from the file into a configuration built here.
 *
 * <p>Of these fields alone objects are made that a file describes, by DL4J's own JSON mapper; every
 * class that it would load for them has to be on this list.
 */
final class TrainingSettings {
  private static final String UPDATERS = "org.nd4j.linalg.learning.config.";
  private static final String SCHEDULES = "org.nd4j.linalg.schedule.";
  private static final String REGULARISATIONS = "org.nd4j.linalg.learning.regularization.";
  private static final String LOSSES = "org.nd4j.linalg.lossfunctions.impl.";

  private static final Set<String> CLASSES =
      Set.of(
          UPDATERS + "AdaBelief",
          UPDATERS + "AdaDelta",
          UPDATERS + "AdaGrad",
          UPDATERS + "AdaMax",
          UPDATERS + "Adam",
          UPDATERS + "AMSGrad",
          UPDATERS + "Nadam",
          UPDATERS + "Nesterovs",
          UPDATERS + "NoOp",
          UPDATERS + "RmsProp",
          UPDATERS + "Sgd",
          SCHEDULES + "CycleSchedule",
          SCHEDULES + "ExponentialSchedule",
          SCHEDULES + "FixedSchedule",
          SCHEDULES + "InverseSchedule",
          SCHEDULES + "PolySchedule",
          SCHEDULES + "RampSchedule",
          SCHEDULES + "SigmoidSchedule",
          SCHEDULES + "StepSchedule",
          REGULARISATIONS + "L1Regularization",
          REGULARISATIONS + "L2Regularization",
          REGULARISATIONS + "WeightDecay",
          LOSSES + "LossMCXENT",
          LOSSES + "LossMSE");

  private final JsonNode expected;
  private final JsonNode found;
  private final Map<JsonNode, Object> bound = new HashMap<>();

  /**
   * Checks what may differ in a configuration.
   *
   * @param expected the configuration that is built here
   * @param found the one of the file, the same otherwise
   * @throws IllegalArgumentException if a class is named that is not on the list, or a number is
   *     out of range
   */
  TrainingSettings(JsonNode expected, JsonNode found) {
    this.expected = expected;
    this.found = found;
    requireCounters("configuration", found);
    requireCounters("defaultConfiguration", found.path("defaultConfiguration"));
    for (Map.Entry<String, JsonNode> vertex : found.path("vertices").properties()) {
      JsonNode beside = vertex.getValue().path("layerConf");
      requireCounters(vertex.getKey(), beside);
      requireKnownFields(vertex.getKey(), beside.path("layer"));
      requireKnownFields(vertex.getKey(), vertex.getValue());
    }
  }

  /**
   * @param settings of a layer, or of a vertex with parameters of its own
   */
  private static void requireKnownFields(String where, JsonNode settings) {
    for (String field : List.of("iupdater", "updater", "biasUpdater", "lossFn")) {
      requireKnown(where, settings.path(field));
    }
    for (String field : List.of("regularization", "regularizationBias")) {
      JsonNode all = settings.path(field);
      require(
          all.isMissingNode() || all.isNull() || all.isArray(),
          "%s: %s is not a list",
          Quoted.line(where),
          field);
      all.forEach(one -> requireKnown(where, one));
    }
  }

  private static void requireCounters(String where, JsonNode settings) {
    for (String field : List.of("iterationCount", "epochCount")) {
      JsonNode count = settings.path(field);
      require(
          count.isMissingNode() || (count.isInt() && count.intValue() >= 0),
          "%s: %s is %s, expected a count",
          Quoted.line(where),
          field,
          Quoted.line(count.toString()));
    }
    JsonNode seed = settings.path("seed");
    require(
        seed.isMissingNode() || (seed.isIntegralNumber() && seed.canConvertToLong()),
        "%s: seed is %s, expected a whole number",
        Quoted.line(where),
        Quoted.line(seed.toString()));
  }

  /** Every object has a known class, and holds numbers, flags, names and such objects only. */
  private static void requireKnown(String where, JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return;
    }
    String name = value.path("@class").asText("");
    require(
        value.isObject() && CLASSES.contains(name),
        "%s: the class %s is not allowed in a saved network",
        Quoted.line(where),
        value.isObject() && !name.isEmpty() ? Quoted.of(name) : Quoted.line(value.toString()));
    for (JsonNode field : value) {
      require(!field.isArray(), "%s: a list within %s is not allowed", Quoted.line(where), name);
      if (field.isObject()) {
        requireKnown(where, field);
      }
    }
  }

  /**
   * Takes them over.
   *
   * @throws IllegalArgumentException if DL4J can't make an updater or a regularisation of them
   */
  void applyTo(ComputationGraphConfiguration configuration) {
    configuration.setIterationCount(found.path("iterationCount").asInt());
    configuration.setEpochCount(found.path("epochCount").asInt());
    apply(found.path("defaultConfiguration"), configuration.getDefaultConfiguration());
    configuration
        .getVertices()
        .forEach(
            (name, vertex) -> {
              if (vertex instanceof LayerVertex layer) {
                JsonNode beside = found.path("vertices").path(name).path("layerConf");
                apply(beside, layer.getLayerConf());
                if (layer.getLayerConf().getLayer() instanceof BaseLayer conf) {
                  JsonNode own =
                      expected.path("vertices").path(name).path("layerConf").path("layer");
                  apply(own, beside.path("layer"), conf);
                }
              } else if (vertex instanceof SameDiffVertex conf) {
                apply(found.path("vertices").path(name), conf);
              }
            });
  }

  private static void apply(JsonNode from, NeuralNetConfiguration to) {
    to.setIterationCount(from.path("iterationCount").asInt());
    to.setEpochCount(from.path("epochCount").asInt());
    to.setSeed(from.path("seed").asLong(to.getSeed()));
  }

  /** What is the same as here need not be made anew, which is the rule. */
  private void apply(JsonNode own, JsonNode from, BaseLayer to) {
    if (!own.path("iupdater").equals(from.path("iupdater"))) {
      to.setIUpdater(object(from.path("iupdater"), IUpdater.class));
    }
    if (!own.path("biasUpdater").equals(from.path("biasUpdater"))) {
      to.setBiasUpdater(object(from.path("biasUpdater"), IUpdater.class));
    }
    if (!own.path("regularization").equals(from.path("regularization"))) {
      to.setRegularization(list(from.path("regularization")));
    }
    if (!own.path("regularizationBias").equals(from.path("regularizationBias"))) {
      to.setRegularizationBias(list(from.path("regularizationBias")));
    }
  }

  private void apply(JsonNode from, SameDiffVertex to) {
    to.setUpdater(object(from.path("updater"), IUpdater.class));
    to.setBiasUpdater(object(from.path("biasUpdater"), IUpdater.class));
    to.setRegularization(list(from.path("regularization")));
    to.setRegularizationBias(list(from.path("regularizationBias")));
  }

  private List<Regularization> list(JsonNode from) {
    List<Regularization> list = new ArrayList<>();
    for (JsonNode one : from) {
      Regularization regularization = object(one, Regularization.class);
      if (regularization == null) {
        throw new IllegalArgumentException("not Regularization: " + from);
      }
      list.add(regularization);
    }
    return list;
  }

  /** All layers say the same as a rule: each object is made once. */
  private <T> @Nullable T object(JsonNode from, Class<T> type) {
    if (from.isMissingNode() || from.isNull()) {
      return null;
    }
    Object made =
        bound.computeIfAbsent(
            from,
            json -> {
              try {
                return NeuralNetConfiguration.mapper().readValue(json.toString(), type);
              } catch (org.nd4j.shade.jackson.core.JsonProcessingException e) {
                throw new IllegalArgumentException(
                    Text.format(
                        "not %s: %s", type.getSimpleName(), Quoted.line(e.getOriginalMessage())),
                    e);
              }
            });
    require(type.isInstance(made), "not %s: %s", type.getSimpleName(), from);
    return type.cast(made);
  }
}
