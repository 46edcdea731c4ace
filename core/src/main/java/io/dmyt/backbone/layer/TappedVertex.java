package io.dmyt.backbone.layer;

import java.util.Objects;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A {@link UnitLength} in a graph, whose value may have a loss of its own. */
@SuppressWarnings("overrides") // DL4J's own: an array where its interface has varargs.
final class TappedVertex extends FunctionGraphVertex {
  private static final long serialVersionUID = 1;

  private final UnitLength unit;
  private transient @Nullable INDArray value;

  TappedVertex(
      UnitLength unit,
      ComputationGraph graph,
      String name,
      int index,
      INDArray parameters,
      DataType type) {
    super(unit, graph, name, index, parameters, type);
    this.unit = unit;
  }

  @Override
  @SuppressWarnings("try") // The workspace is only to be left.
  public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
    INDArray found = super.doForward(training, workspaces);
    if (training && unit.loss() != null) {
      try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
        value = found.dup('c');
      }
    }
    return found;
  }

  @Override
  @SuppressWarnings("try")
  public Pair<Gradient, INDArray[]> doBackward(boolean truncated, LayerWorkspaceMgr workspaces) {
    UnaryOperator<INDArray> loss = unit.loss();
    if (loss == null) {
      return super.doBackward(truncated, workspaces);
    }
    INDArray behind = epsilon;
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      INDArray own = loss.apply(Objects.requireNonNull(value, "no way forward"));
      setEpsilon(own.addi(behind));
    }
    return super.doBackward(truncated, workspaces);
  }
}
