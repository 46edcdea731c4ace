package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import io.dmyt.engine.onednn.Emitter.Arg;
import java.util.List;

/**
 * Emits a frame of one pixel around images that mirrors what is inside: first the rows above and
 * below, then whole columns. On the way back each of these lines is added to the one that it shows.
 */
final class MirrorPadding {
  private final ProgramBuilder program;
  private final Emitter emit;
  private final Images images;
  private final int node;
  private final long[] inner;
  private final long[] framed;
  private final Storage storage;

  MirrorPadding(ProgramBuilder program, int node) {
    this.program = program;
    this.emit = program.emit();
    this.images = program.images();
    this.node = node;
    this.inner = program.shape(program.input(node));
    this.framed = program.shape(node);
    this.storage = program.policy().storage();
  }

  /** A line of the frame and the line inside that it shows, both by their place in the whole. */
  private record Line(int axis, long at, long shows) {}

  private List<Line> lines(int axis) {
    long size = inner[axis];
    return List.of(
        new Line(axis, 0, 1 + Math.min(1, size - 1)),
        new Line(axis, size + 1, 1 + Math.max(0, size - 2)));
  }

  /** Dimensions of a line: rows without the frame's columns, columns with its rows. */
  private long[] dims(int axis) {
    boolean row = axis == 2;
    return new long[] {framed[0], framed[1], row ? 1 : framed[2], row ? inner[3] : 1};
  }

  private static long[] offsets(int axis, long at) {
    boolean row = axis == 2;
    return new long[] {0, 0, row ? at : 0, row ? 1 : at};
  }

  void emit() {
    int from = program.input(node);
    Tensor x = program.value(from);
    Tensor y = images.image(storage, framed);
    Format inside = y.format().part(program.scope(), inner, new long[] {0, 0, 1, 1});
    emit.reorder(x, emit.over(inside, y));
    lines(2).forEach(line -> show(y, line));
    lines(3).forEach(line -> show(y, line));
    program.store(node, y);
    program.onBackward(
        node,
        dy -> {
          Tensor sums = images.image(storage, framed);
          emit.reorder(dy, sums);
          lines(3).forEach(line -> add(sums, line));
          lines(2).forEach(line -> add(sums, line));
          program.gradient(from, images.part(sums, inner, new long[] {0, 0, 1, 1}));
        });
  }

  private void show(Tensor whole, Line line) {
    copy(
        "mirror",
        images.part(whole, dims(line.axis()), offsets(line.axis(), line.shows())),
        whole,
        line.axis(),
        line.at());
  }

  private void add(Tensor whole, Line line) {
    long[] dims = dims(line.axis());
    Tensor shown = images.part(whole, dims, offsets(line.axis(), line.shows()));
    Tensor mirrored = images.part(whole, dims, offsets(line.axis(), line.at()));
    Tensor sum = images.total(List.of(shown, mirrored));
    copy("mirror, gradient", sum, whole, line.axis(), line.shows());
  }

  private void copy(String what, Tensor line, Tensor whole, int axis, long at) {
    Format to = whole.format().part(program.scope(), dims(axis), offsets(axis, at));
    emit.run(
        what,
        Primitives.reorder(program.scope(), line.format(), to),
        new Arg(DNNL_ARG_SRC, line),
        new Arg(DNNL_ARG_DST, emit.over(to, whole)));
  }
}
