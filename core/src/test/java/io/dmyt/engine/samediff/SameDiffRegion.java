package io.dmyt.engine.samediff;

import io.dmyt.engine.CompiledRegion;
import io.dmyt.engine.Operation;
import io.dmyt.engine.Operation.BatchNorm;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.RegionProgram;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** A region as a SameDiff graph. Inputs, parameters and given gradients are its variables. */
final class SameDiffRegion implements CompiledRegion {

  /** Where a batch norm's statistics of the batch are found. */
  record Statistics(BatchNorm op, String mean, String variance) {}

  private static final String LOSS = "loss";

  private final RegionProgram program;
  private final INDArray parameters;
  private final SameDiff graph = SameDiff.create();
  private final Map<String, SDVariable> inputs = new LinkedHashMap<>();
  private final Map<String, SDVariable> learning = new LinkedHashMap<>();
  private final Map<Parameter, SDVariable> weights = new LinkedHashMap<>();
  private final Map<String, SDVariable> wanted = new LinkedHashMap<>();
  private final Map<String, SDVariable> epsilons = new LinkedHashMap<>();
  private final List<Statistics> statistics = new ArrayList<>();

  SameDiffRegion(RegionProgram program, INDArray parameters) {
    this.program = program;
    this.parameters = parameters;
    Map<Integer, SDVariable> values = new LinkedHashMap<>();
    SameDiffOperations operations = new SameDiffOperations(this, graph, program.training());
    for (int n = 0; n < program.region().nodes().size(); n++) {
      if (program.liveness().live(n)) {
        values.put(n, value(n, values, operations));
      }
    }
    for (String vertex : program.wanted()) {
      // A name of its own, even where two vertices have one node's value.
      wanted.put(vertex, values.get(program.region().node(vertex)));
    }
    if (program.training()) {
      loss();
    }
  }

  private SDVariable value(int n, Map<Integer, SDVariable> values, SameDiffOperations operations) {
    Operation op = program.region().op(n);
    if (op instanceof Operation.Input input) {
      SDVariable given = variable("input" + n, program.shape(n));
      inputs.put(input.vertex(), given);
      if (input.learns()) {
        learning.put(input.vertex(), given);
      }
      return given;
    }
    List<SDVariable> read = program.region().inputs(n).stream().map(values::get).toList();
    List<long[]> shapes = program.region().inputs(n).stream().map(program::shape).toList();
    return operations.of(op, read, shapes, program.shape(n));
  }

  private SDVariable variable(String name, long... shape) {
    return graph.var(name, Nd4j.zeros(parameters.dataType(), shape));
  }

  /** A parameter, whose value is set before each run. */
  SDVariable weight(Parameter p) {
    return weights.computeIfAbsent(
        p, key -> graph.var("weight" + weights.size(), view(parameters, p).dup('c')));
  }

  void remember(BatchNorm op, SDVariable mean, SDVariable variance) {
    statistics.add(new Statistics(op, mean.name(), variance.name()));
  }

  /** The ends' values times their gradients: whose slope is what is wanted on the way back. */
  private void loss() {
    SDVariable sum = graph.constant(Nd4j.scalar(parameters.dataType(), 0));
    for (String end : program.region().ends()) {
      if (wanted.containsKey(end)) {
        int node = program.region().node(end);
        SDVariable epsilon = variable("epsilon" + node, program.shape(node));
        epsilons.put(end, epsilon);
        sum = sum.add(wanted.get(end).mul(epsilon).sum());
      }
    }
    sum.rename(LOSS);
    graph.setLossVariables(LOSS);
  }

  private static INDArray view(INDArray flat, Parameter p) {
    return Nd4j.create(flat.data(), p.dims(), p.strides(), flat.offset() + p.offset(), 'c');
  }

  @Override
  public Map<String, INDArray> forward(Map<String, INDArray> given) {
    inputs.forEach((vertex, v) -> v.setArray(given.get(vertex).dup('c')));
    weights.forEach((p, v) -> v.setArray(view(parameters, p).dup('c')));
    List<String> names = wanted.values().stream().map(SDVariable::name).toList();
    Map<String, INDArray> found = graph.output(Map.of(), names);
    Map<String, INDArray> values = new LinkedHashMap<>();
    wanted.forEach((vertex, v) -> values.put(vertex, found.get(v.name()).dup('c')));
    return values;
  }

  @Override
  public Map<String, INDArray> backward(Map<String, INDArray> given, INDArray gradients) {
    epsilons.forEach(
        (end, v) ->
            v.setArray(
                given.containsKey(end)
                    ? given.get(end).dup('c')
                    : Nd4j.zeros(parameters.dataType(), v.getShape())));
    List<String> names = new ArrayList<>();
    learning.values().forEach(v -> names.add(v.name()));
    weights.values().forEach(v -> names.add(v.name()));
    if (names.isEmpty()) {
      return Map.of();
    }
    Map<String, INDArray> found = graph.calculateGradients(Map.of(), names);
    weights.forEach((p, v) -> view(gradients, p).assign(found.get(v.name()).reshape(p.dims())));
    moveStatistics(gradients);
    Map<String, INDArray> atInputs = new LinkedHashMap<>();
    learning.forEach((vertex, v) -> atInputs.put(vertex, found.get(v.name()).dup('c')));
    return atInputs;
  }

  private void moveStatistics(INDArray gradients) {
    for (Statistics s : statistics) {
      Map<String, INDArray> batch = graph.output(Map.of(), s.mean(), s.variance());
      double rest = 1 - s.op().decay();
      INDArray oldMean = view(parameters, s.op().mean());
      view(gradients, s.op().mean()).assign(oldMean.sub(flat(batch.get(s.mean()))).muli(rest));
      INDArray old = view(parameters, s.op().variance());
      INDArray variance = flat(batch.get(s.variance()));
      INDArray target = view(gradients, s.op().variance());
      if (s.op().logStd()) {
        INDArray before =
            Transforms.pow(Nd4j.valueArrayOf(old.shape(), 10.0, old.dataType()), old.mul(2));
        INDArray after = before.mul(s.op().decay()).addi(variance.mul(rest));
        target.assign(Transforms.log(before.div(after)).divi(2 * Math.log(10)));
      } else {
        target.assign(old.sub(variance).muli(rest));
      }
    }
  }

  private static INDArray flat(INDArray a) {
    return a.reshape(a.length());
  }

  @Override
  public Map<String, String> fused() {
    return Map.of();
  }

  @Override
  public void close() {}
}
