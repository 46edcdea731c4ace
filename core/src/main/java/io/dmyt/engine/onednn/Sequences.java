package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.Precision;
import io.dmyt.engine.onednn.Emitter.Arg;
import io.dmyt.internal.Address;
import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * How values that are no images are stored as such, and what changes their dimensions. A vector is
 * an image of one pixel. A sequence [batch, tokens, features] is an image of one column, a row for
 * each token: with channels last it lies in memory as it is, and a dense layer is a convolution.
 */
final class Sequences {
  private static final int RANK = 3;

  private Sequences() {}

  /** The dimensions of the image that a value is stored as. */
  static long[] image(long... shape) {
    return switch (shape.length) {
      case 2 -> new long[] {shape[0], shape[1], 1, 1};
      case RANK -> new long[] {shape[0], shape[2], shape[1], 1};
      default -> shape;
    };
  }

  /** The image's dimension that is a value's of that rank. */
  static int axis(int rank, int axis) {
    return rank == RANK && axis > 0 ? RANK - axis : axis;
  }

  /** A value's image in the order of a row-major array of its shape. */
  static Format plain(NativeScope scope, long... shape) {
    return rowMajor(scope, Precision.F32, shape);
  }

  /** The same of a precision. */
  static Format rowMajor(NativeScope scope, Precision precision, long... shape) {
    return Format.strided(
        scope, precision, image(shape), image(shape, Parameter.rowMajorStrides(shape)));
  }

  /** Strides in a value's dimensions as strides in its image's. */
  private static long[] image(long[] shape, long[] strides) {
    return switch (shape.length) {
      case 2 -> new long[] {strides[0], strides[1], 1, 1};
      case RANK -> new long[] {strides[0], strides[2], strides[1], strides[1]};
      default -> strides;
    };
  }

  /** Whether channels last is row-major: of all but images. */
  private static boolean channelsLast(ProgramBuilder program, int node) {
    return program.shape(node).length <= RANK;
  }

  /** A value row-major, in the precision in which values are stored if that is one of theirs. */
  static Format rows(ProgramBuilder program, int node) {
    Precision precision = program.policy().storage().precision();
    return channelsLast(program, node)
        ? new Storage(precision, Layout.NHWC).format(program.scope(), program.dims(node))
        : program.plain(node);
  }

  /** A value in the arena, row-major. */
  static Tensor rowMajor(ProgramBuilder program, int node, Tensor value) {
    return inArena(program, program.plain(node), value);
  }

  private static Tensor inArena(ProgramBuilder program, Format format, Tensor value) {
    return program.emit().inArena(program.emit().in(format, value));
  }

  static void reshape(ProgramBuilder program, int node) {
    int from = program.input(node);
    Emitter emit = program.emit();
    boolean stored = channelsLast(program, from) && channelsLast(program, node);
    Format read = stored ? rows(program, from) : program.plain(from);
    Format written = stored ? rows(program, node) : program.plain(node);
    program.store(node, emit.over(written, inArena(program, read, program.value(from))));
    program.onBackward(
        node, dy -> program.gradient(from, emit.over(read, inArena(program, written, dy))));
  }

  static void permute(ProgramBuilder program, int node, Operation.Permute op) {
    long[] to = program.shape(node);
    long[] strides = Parameter.rowMajorStrides(program.shape(program.input(node)));
    long[] read = op.axes().stream().mapToLong(axis -> strides[axis]).toArray();
    rearrange(program, node, to, read);
  }

  /** Images' pixels in squares as channels: dimensions that take turns. */
  static void spaceToDepth(ProgramBuilder program, int node, int block) {
    long[] d = program.shape(program.input(node));
    long[] to = {d[0], block, block, d[1], d[2] / block, d[3] / block};
    long pixels = d[2] * d[3];
    long[] read = {d[1] * pixels, d[3], 1, pixels, block * d[3], block};
    rearrange(program, node, to, read);
  }

  /**
   * The input's elements in another order.
   *
   * @param to dimensions under which they are row-major in the result
   * @param strides of these dimensions in the row-major input
   */
  private static void rearrange(ProgramBuilder program, int node, long[] to, long[] strides) {
    int from = program.input(node);
    Emitter emit = program.emit();
    Format read = Format.strided(program.scope(), to, strides);
    Format written = Format.plain(program.scope(), to);
    Tensor x = rowMajor(program, from, program.value(from));
    Tensor y = emit.tensor(program.plain(node));
    emit.reorder(emit.over(read, x), emit.over(written, y));
    program.store(node, y);
    program.onBackward(
        node,
        dy -> {
          Tensor given = rowMajor(program, node, dy);
          Tensor dx = emit.tensor(program.plain(from));
          emit.reorder(emit.over(written, given), emit.over(read, dx));
          program.gradient(from, dx);
        });
  }

  static void weight(ProgramBuilder program, int node, Parameter p) {
    Parameter image = new Parameter(p.offset(), image(p.dims()), image(p.dims(), p.strides()));
    program.store(node, program.weights().of(image));
    program.onBackward(node, dy -> program.emit().reorder(dy, program.weights().gradient(image)));
  }

  static void constant(ProgramBuilder program, int node, double[] values) {
    Tensor kept = program.emit().kept(program.plain(node));
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    Address.write(kept.address(), floats);
    program.set(node, kept);
  }

  /**
   * The sum over a batch's examples, by a product with a row of ones.
   *
   * @param ofPlaces whether over height and width as well
   */
  static Tensor batchSum(ProgramBuilder program, Tensor batch, boolean ofPlaces) {
    NativeScope scope = program.scope();
    Emitter emit = program.emit();
    Storage storage = new Storage(Precision.F32, Layout.NHWC);
    long[] d = batch.format().dims();
    long[] to = {1, d[1], ofPlaces ? 1 : d[2], ofPlaces ? 1 : d[3]};
    long each = to[1] * to[2] * to[3];
    long count = d[0] * d[1] * d[2] * d[3] / each;
    Format row = Format.plain(scope, 1, count);
    Format examples = Format.plain(scope, count, each);
    Format total = Format.plain(scope, 1, each);
    float[] one = new float[Math.toIntExact(count)];
    Arrays.fill(one, 1);
    Tensor ones = emit.kept(row);
    Address.write(ones.address(), one);
    Tensor sum = program.images().image(storage, to);
    dnnl_primitive_desc product = Primitives.matmul(scope, row, examples, total, 1);
    Tensor all = emit.inArena(program.images().as(storage, batch));
    emit.run(
        "sum over the batch",
        product,
        new Arg(DNNL_ARG_SRC, ones),
        new Arg(DNNL_ARG_WEIGHTS, emit.over(examples, all)),
        new Arg(DNNL_ARG_DST, emit.over(total, sum)));
    return sum;
  }
}
