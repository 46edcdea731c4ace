package io.dmyt.engine.cuda;

import static io.dmyt.engine.OperationTable.ranks;

import io.dmyt.engine.Operation;
import io.dmyt.engine.OperationTable;
import io.dmyt.engine.OperationTable.Condition;
import io.dmyt.engine.OperationTable.Emission;

/** What runs on the GPU: all that convolutional networks are made of. Sequences are DL4J's. */
final class Operations {
  private static final Condition<Operation> IMAGES_AND_VECTORS = ranks(2, 4);
  private static final Emission<ProgramBuilder, Operation> POINTWISE =
      (to, n, op) -> PointwiseEmitter.emit(to, n);

  static final OperationTable<ProgramBuilder> ALL =
      new OperationTable.Builder<ProgramBuilder>()
          .add(
              Operation.Convolution.class,
              (op, rank) -> op.standard() == null && IMAGES_AND_VECTORS.holds(op, rank),
              (to, n, op) -> {
                if (DepthwiseEmitter.does(op)) {
                  DepthwiseEmitter.emit(to, n, op);
                } else {
                  ConvolutionEmitter.emit(to, n, op);
                }
              })
          .add(Operation.Dense.class, ranks(2), DenseEmitter::emit)
          .add(Operation.BatchNorm.class, IMAGES_AND_VECTORS, POINTWISE)
          .add(Operation.Elementwise.class, IMAGES_AND_VECTORS, POINTWISE)
          .add(Operation.Sum.class, IMAGES_AND_VECTORS, POINTWISE)
          .add(Operation.Product.class, IMAGES_AND_VECTORS, POINTWISE)
          .add(
              Operation.Pool.class,
              IMAGES_AND_VECTORS,
              (to, n, op) -> PoolEmitter.emit(to, n, op.pooling(), op.kernel()))
          .add(Operation.GlobalPool.class, IMAGES_AND_VECTORS, PoolEmitter::emit)
          .add(
              Operation.Concat.class,
              IMAGES_AND_VECTORS,
              (to, n, op) -> new MoveEmitter(to, n).concat(op.axis()))
          .add(
              Operation.Slice.class,
              IMAGES_AND_VECTORS,
              (to, n, op) -> new MoveEmitter(to, n).slice(op))
          .add(
              Operation.ZeroPad.class,
              IMAGES_AND_VECTORS,
              (to, n, op) -> new MoveEmitter(to, n).pad(op))
          .add(
              Operation.Weight.class,
              IMAGES_AND_VECTORS,
              (to, n, op) -> MoveEmitter.weight(to, n, op.parameter()))
          .build();

  private Operations() {}

  /** Adds a node of the region as lowered, where a bias is a node without an operation. */
  static void emit(ProgramBuilder program, int node) {
    Operation op = program.nodes().node(node).op();
    if (op == null) {
      PointwiseEmitter.emit(program, node);
    } else {
      ALL.emit(program, node, op);
    }
  }
}
