package io.dmyt.training;

import io.dmyt.backbone.Backbone;
import io.dmyt.engine.Engines;
import io.dmyt.engine.FrozenParameters;
import io.dmyt.optim.AdamW;
import io.dmyt.optim.GraphOptimizer;
import io.dmyt.optim.ParameterGroup;
import io.dmyt.optim.Sgd;
import java.util.List;
import java.util.function.DoubleFunction;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.schedule.ISchedule;

/** The optimiser that options ask for. */
final class Optimizers {
  private Optimizers() {}

  /**
   * Writes it into the graph's configuration, and tells the graph's engine what doesn't learn.
   *
   * @throws IllegalArgumentException if the groups don't fit the network
   */
  static GraphOptimizer of(Backbone backbone, TrainingOptions options) {
    ComputationGraph graph = backbone.graph();
    boolean alike = options.groups().equals(ParameterGroups.ALL);
    List<ParameterGroup> groups =
        alike
            ? List.of(ParameterGroup.all(graph, options.weightDecay()))
            : options.groups().of(backbone, options.weightDecay());
    Engines.freeze(graph, frozen(groups));
    DoubleFunction<ISchedule> rates =
        factor -> options.withLearningRate(options.learningRate() * factor).schedule();
    return options.step().optimizer() == StepOptions.Optimizer.ADAMW
        ? new AdamW(graph, rates, groups)
        : new Sgd(graph, rates, options.step().momentum(), groups);
  }

  private static FrozenParameters frozen(List<ParameterGroup> groups) {
    FrozenParameters frozen = FrozenParameters.NONE;
    for (ParameterGroup group : groups) {
      frozen = group.learns() ? frozen : frozen.and(group.from(), group.length());
    }
    return frozen;
  }
}
