package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MULTIPLE_SRC;

import io.dmyt.engine.Operation;
import io.dmyt.engine.onednn.Emitter.Arg;
import java.util.ArrayList;
import java.util.List;

/** Emits what puts images together and takes them apart: concatenation, subsets, zero padding. */
final class Slicing {
  private Slicing() {}

  static void concat(ProgramBuilder program, int node, int axis) {
    int along = Sequences.axis(program.shape(node).length, axis);
    List<Integer> from = program.node(node).inputs();
    Images images = program.images();
    NativeScope scope = program.scope();
    List<long[]> dims = from.stream().map(i -> program.value(i).format().dims()).toList();
    long[] to = program.dims(node);
    Images.Choice choice =
        images.choose(
            storage ->
                List.of(
                    Primitives.concat(
                        scope,
                        along,
                        dims.stream().map(d -> storage.format(scope, d)).toList(),
                        storage.format(scope, to))));
    Tensor y = images.image(choice.storage(), to);
    List<Arg> args = new ArrayList<>();
    for (int i = 0; i < from.size(); i++) {
      Tensor part = images.as(choice.storage(), program.value(from.get(i)));
      args.add(new Arg(DNNL_ARG_MULTIPLE_SRC + i, part));
    }
    args.add(new Arg(DNNL_ARG_DST, y));
    program.emit().run("concatenation", choice.first(), args);
    program.store(node, y);
    program.onBackward(node, dy -> split(program, dy, along, from, dims));
  }

  private static void split(
      ProgramBuilder program, Tensor dy, int along, List<Integer> from, List<long[]> dims) {
    Images images = program.images();
    Tensor whole =
        images.as(parting(program, along, dims.stream().map(d -> d[along]).toList()), dy);
    long[] offsets = new long[4];
    for (int i = 0; i < from.size(); i++) {
      long[] d = dims.get(i);
      if (program.learns(from.get(i))) {
        program.gradient(from.get(i), images.part(whole, d, offsets));
      }
      offsets[along] += d[along];
    }
  }

  /** Channels may lie in blocks, which can't be parted; height and width don't. */
  private static Storage parting(ProgramBuilder program, int along, List<Long> sizes) {
    return along == 1 ? program.images().parting(sizes) : program.policy().storage();
  }

  static void slice(ProgramBuilder program, int node, Operation.Slice slice) {
    Images images = program.images();
    int from = program.input(node);
    Tensor x = program.value(from);
    long[] d = x.format().dims();
    int along = Sequences.axis(program.shape(from).length, slice.axis());
    long[] part = d.clone();
    part[along] = slice.size();
    long[] offsets = new long[4];
    offsets[along] = slice.from();
    Storage storage = parting(program, along, List.of(slice.from(), slice.size()));
    program.store(node, images.part(images.as(storage, x), part, offsets));
    program.onBackward(node, dy -> program.gradient(from, images.framed(storage, dy, d, offsets)));
  }

  static void zeroPad(ProgramBuilder program, int node, Operation.ZeroPad pad) {
    Images images = program.images();
    int from = program.input(node);
    Tensor x = program.value(from);
    long[] d = x.format().dims();
    long[] to = {d[0], d[1], d[2] + pad.top() + pad.bottom(), d[3] + pad.left() + pad.right()};
    long[] offsets = {0, 0, pad.top(), pad.left()};
    program.store(node, images.framed(program.policy().storage(), x, to, offsets));
    program.onBackward(node, dy -> program.gradient(from, images.part(dy, d, offsets)));
  }

  static void crop(ProgramBuilder program, int node, Operation.Crop crop) {
    Images images = program.images();
    int from = program.input(node);
    Tensor x = program.value(from);
    long[] offsets = {0, 0, crop.top(), crop.left()};
    program.store(node, images.part(x, program.dims(node), offsets));
    program.onBackward(
        node,
        dy ->
            program.gradient(
                from, images.framed(program.policy().storage(), dy, x.format().dims(), offsets)));
  }
}
