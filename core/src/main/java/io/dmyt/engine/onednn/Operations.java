package io.dmyt.engine.onednn;

import static io.dmyt.engine.OperationTable.ranks;

import io.dmyt.engine.KernelGeometry;
import io.dmyt.engine.Operation;
import io.dmyt.engine.OperationTable;
import io.dmyt.engine.OperationTable.Condition;
import io.dmyt.engine.Parameter;
import java.util.List;

/**
 * What runs on oneDNN: operations on images, on vectors as images of one pixel, and on sequences as
 * images of one column.
 */
final class Operations {
  private static final Condition<Operation> ANY = ranks(2, 3, 4);
  private static final Condition<Operation> IMAGES = ranks(4);
  private static final Condition<Operation> SEQUENCES = ranks(3);

  static final OperationTable<ProgramBuilder> ALL =
      new OperationTable.Builder<ProgramBuilder>()
          .add(Operation.Weight.class, ANY, (to, n, op) -> Sequences.weight(to, n, op.parameter()))
          .add(Operation.Constant.class, ANY, (to, n, op) -> Sequences.constant(to, n, op.values()))
          .add(
              Operation.Convolution.class, IMAGES, (to, n, op) -> convolution(to, n, op, op.text()))
          .add(
              Operation.Dense.class,
              ranks(2, 3),
              (to, n, op) -> convolution(to, n, asConvolution(op), op.text()))
          .add(
              Operation.BatchNorm.class,
              ranks(2, 4),
              (to, n, op) -> new BatchNorm(to, n, op).emit())
          .add(
              Operation.LayerNorm.class,
              (op, rank) -> overFeatures(op.axis(rank), rank),
              Normalization::layer)
          .add(Operation.GroupNorm.class, IMAGES, Normalization::group)
          .add(
              Operation.ResponseNorm.class,
              IMAGES,
              (to, n, op) -> new ResponseNormEmitter(to, n, op).emit())
          .add(
              Operation.UnitLength.class,
              SEQUENCES,
              (to, n, op) -> new UnitLengthEmitter(to, n, op).emit())
          .add(Operation.Elementwise.class, ANY, Elementwise::apply)
          .add(Operation.Sum.class, ANY, (to, n, op) -> Elementwise.sum(to, n))
          .add(Operation.Product.class, ANY, (to, n, op) -> Elementwise.product(to, n))
          .add(
              Operation.Pool.class,
              IMAGES,
              (to, n, op) -> PoolingEmitter.emit(to, n, op.pooling(), op.kernel()))
          .add(
              Operation.GlobalPool.class,
              ranks(2, 4),
              (to, n, op) ->
                  PoolingEmitter.emit(to, n, op.pooling(), Images.whole(to.value(to.input(n)))))
          .add(
              Operation.Concat.class,
              (op, rank) -> parts(op.axis(), rank),
              (to, n, op) -> Slicing.concat(to, n, op.axis()))
          .add(Operation.Slice.class, (op, rank) -> parts(op.axis(), rank), Operations::slice)
          .add(Operation.Gather.class, ANY, (to, n, op) -> new Gathering(to, n, op).emit())
          .add(Operation.ZeroPad.class, IMAGES, Slicing::zeroPad)
          .add(Operation.MirrorPad.class, IMAGES, (to, n, op) -> new MirrorPadding(to, n).emit())
          .add(
              Operation.SpaceToDepth.class,
              IMAGES,
              (to, n, op) -> Sequences.spaceToDepth(to, n, op.block()))
          .add(Operation.Crop.class, IMAGES, Slicing::crop)
          .add(Operation.Upsample.class, IMAGES, Upsampling::emit)
          .add(Operation.Reshape.class, ANY, (to, n, op) -> Sequences.reshape(to, n))
          .add(Operation.ReshapeLike.class, ANY, (to, n, op) -> Sequences.reshape(to, n))
          .add(Operation.MatMul.class, ranks(3, 4), (to, n, op) -> new Matrices(to, n).product(op))
          .add(Operation.Softmax.class, ranks(3, 4), (to, n, op) -> new Matrices(to, n).softmax())
          .add(Operation.Permute.class, ANY, Sequences::permute)
          .add(Operation.Attention.class, SEQUENCES, (to, n, op) -> new Attention(to, n, op).emit())
          .add(
              Operation.Rotation.class,
              SEQUENCES,
              (to, n, op) -> new RotationEmitter(to, n, op).emit())
          .build();

  private Operations() {}

  /** Whether an axis is that of the features: a vector's, a token's or a pixel's. */
  private static boolean overFeatures(int axis, int rank) {
    return switch (rank) {
      case 2, 4 -> axis == 1;
      case 3 -> axis == 2;
      default -> false;
    };
  }

  /** Whether values are joined and cut along an axis: images by their channels alone. */
  private static boolean parts(int axis, int rank) {
    return rank == 3 ? axis > 0 : overFeatures(axis, rank);
  }

  private static void slice(ProgramBuilder program, int node, Operation.Slice op) {
    if (!AttentionSource.readsThrough(program, node)) {
      Slicing.slice(program, node, op);
    }
  }

  private static void convolution(
      ProgramBuilder program, int node, Operation.Convolution op, String text) {
    if (program.training()) {
      new TrainedConvolution(program, node, op, text).emit();
    } else {
      new FoldedConvolution(program, node, op, text).emit();
    }
  }

  /** A dense layer is a convolution of images of one pixel. */
  private static Operation.Convolution asConvolution(Operation.Dense dense) {
    Parameter w = dense.weights();
    Parameter weights =
        new Parameter(
            w.offset(),
            new long[] {w.dims()[0], w.dims()[1], 1, 1},
            new long[] {w.strides()[0], w.strides()[1], 1, 1});
    int out = Math.toIntExact(w.dims()[0]);
    return new Operation.Convolution(
        weights, List.of(), dense.bias(), 1, out, KernelGeometry.point());
  }
}
