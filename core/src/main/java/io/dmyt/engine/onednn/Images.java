package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.dmyt.engine.KernelGeometry;
import io.dmyt.engine.Precision;
import io.dmyt.engine.onednn.Emitter.Arg;
import io.dmyt.engine.onednn.Primitives.Geometry;
import io.dmyt.internal.Address;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/**
 * Emits copies, sums and parts of images, in whichever of the policy's storages oneDNN can do them.
 */
final class Images {
  private final NativeScope scope;
  private final Emitter emit;
  private final StoragePolicy policy;
  private final @Nullable Tuner tuner;

  /**
   * @param tuner measures what is chosen by {@link #fastest}, or null: by rule
   */
  Images(Emitter emit, StoragePolicy policy, @Nullable Tuner tuner) {
    this.tuner = tuner;
    this.scope = emit.scope();
    this.emit = emit;
    this.policy = policy;
  }

  /** An image as the policy stores it, itself or a copy. */
  Tensor stored(Tensor image) {
    return as(policy.storage(), image);
  }

  /** An image as a primitive of a storage reads it, itself or a copy. */
  Tensor as(Storage storage, Tensor image) {
    return emit.in(storage.format(scope, image.format().dims()), image);
  }

  /** A new image. */
  Tensor image(Storage storage, long... dims) {
    return emit.tensor(storage.format(scope, dims));
  }

  /** Primitives that compute in one storage. */
  record Choice(Storage storage, List<dnnl_primitive_desc> primitives) {
    dnnl_primitive_desc first() {
      return primitives.get(0);
    }

    dnnl_primitive_desc last() {
      return primitives.get(primitives.size() - 1);
    }
  }

  /**
   * The first of {@code candidates} for which oneDNN has an implementation that is not slow, or
   * else the first for which it has any.
   *
   * @throws OneDnnException if there is none
   */
  Choice choose(List<Storage> candidates, Function<Storage, List<dnnl_primitive_desc>> describe) {
    Choice slow = null;
    OneDnnException none = null;
    for (Storage storage : candidates) {
      try {
        Choice choice = new Choice(storage, describe.apply(storage));
        if (choice.primitives().stream().noneMatch(Dnnl::slow)) {
          return choice;
        }
        slow = slow == null ? choice : slow;
      } catch (OneDnnException e) {
        if (!e.unimplemented()) {
          throw e;
        }
        none = e;
      }
    }
    if (slow == null) {
      throw none;
    }
    return slow;
  }

  Choice choose(Function<Storage, List<dnnl_primitive_desc>> describe) {
    return choose(policy.candidates(), describe);
  }

  /**
   * The fastest, where that is measured; else as {@link #choose} does.
   *
   * @param what names the primitives and their shapes
   */
  Choice fastest(
      String what,
      List<Storage> candidates,
      Function<Storage, List<dnnl_primitive_desc>> describe) {
    Choice rule = choose(candidates, describe);
    return tuner == null ? rule : tuner.choose(what, rule, describe);
  }

  Choice fastest(String what, Function<Storage, List<dnnl_primitive_desc>> describe) {
    return fastest(what, policy.candidates(), describe);
  }

  /** The format that oneDNN chose for one of a primitive's arguments. */
  Format chosen(dnnl_primitive_desc p, int what) {
    return Format.chosen(scope, Dnnl.query(p, what));
  }

  /** A window over all of an image's height and width. */
  static KernelGeometry whole(Tensor x) {
    long[] d = x.format().dims();
    return KernelGeometry.whole(d[2], d[3]);
  }

  /** Whether a value has to be spread, over places or over the batch, to be another's size. */
  static boolean spread(Tensor part, Tensor whole) {
    return elements(part.format().dims()) < elements(whole.format().dims());
  }

  private static long elements(long[] dims) {
    return Arrays.stream(dims).reduce(1, Math::multiplyExact);
  }

  /** The sum or product, by oneDNN's name, of {@code a} and {@code b}, which may be spread. */
  Tensor binary(int algorithm, Tensor a, Tensor b) {
    return isOneExampleOf(a, b) ? ofEachExample(algorithm, a, b) : ofImages(algorithm, a, b);
  }

  private Tensor ofImages(int algorithm, Tensor a, Tensor b) {
    Choice choice =
        choose(
            storage -> {
              Format to = storage.format(scope, a.format().dims());
              Format other = storage.format(scope, b.format().dims());
              return List.of(Primitives.binary(scope, algorithm, to, other, to));
            });
    Tensor y = image(choice.storage(), a.format().dims());
    emit.run(
        name(algorithm),
        choice.first(),
        new Arg(DNNL_ARG_SRC_0, as(choice.storage(), a)),
        new Arg(DNNL_ARG_SRC_1, as(choice.storage(), b)),
        new Arg(DNNL_ARG_DST, y));
    return y;
  }

  private static String name(int algorithm) {
    return algorithm == dnnl_binary_add ? "sum" : "product";
  }

  private static boolean isOneExampleOf(Tensor batch, Tensor value) {
    long[] d = batch.format().dims();
    long[] e = value.format().dims();
    return d[0] > 1 && e[0] == 1 && d[2] == e[2] && d[3] == e[3];
  }

  /**
   * With one example, such as a position embedding, for a whole batch. oneDNN spreads images over a
   * batch by its reference code alone; as rows of a matrix its kernels know them.
   */
  private Tensor ofEachExample(int algorithm, Tensor batch, Tensor example) {
    long[] dims = batch.format().dims();
    Choice choice =
        choose(
            storage -> {
              Format all = rows(storage, dims, dims[0]);
              return List.of(Primitives.binary(scope, algorithm, all, rows(storage, dims, 1), all));
            });
    Storage storage = choice.storage();
    Format all = rows(storage, dims, dims[0]);
    Tensor y = image(storage, dims);
    emit.run(
        name(algorithm),
        choice.first(),
        new Arg(DNNL_ARG_SRC_0, emit.over(all, emit.inArena(as(storage, batch)))),
        new Arg(
            DNNL_ARG_SRC_1, emit.over(rows(storage, dims, 1), emit.inArena(as(storage, example)))),
        new Arg(DNNL_ARG_DST, emit.over(all, y)));
    return y;
  }

  /** So many images of a batch of {@code dims} as a matrix, each a row. */
  private Format rows(Storage storage, long[] dims, long count) {
    Precision precision = storage.precision();
    long width = storage.format(scope, dims).bytes() / dims[0] / precision.bytes();
    return Format.strided(scope, precision, new long[] {count, width}, new long[] {width, 1});
  }

  /** The sum of images of one size. */
  Tensor total(List<Tensor> parts) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    if (parts.size() == 2) {
      return binary(dnnl_binary_add, parts.get(0), parts.get(1));
    }
    long[] d = parts.get(0).format().dims();
    Choice choice =
        choose(
            storage -> {
              Format f = storage.format(scope, d);
              return List.of(Primitives.sum(scope, Collections.nCopies(parts.size(), f), f));
            });
    Tensor y = image(choice.storage(), d);
    List<Arg> args = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      args.add(new Arg(DNNL_ARG_MULTIPLE_SRC + i, as(choice.storage(), parts.get(i))));
    }
    args.add(new Arg(DNNL_ARG_DST, y));
    emit.run("sum", choice.first(), args.toArray(Arg[]::new));
    return y;
  }

  /** Sums over height and width: oneDNN's mean, which is fast, times their product. */
  Tensor spatialSum(Tensor x) {
    long[] d = x.format().dims();
    long[] point = {d[0], d[1], 1, 1};
    Geometry geometry = Geometry.of(whole(x), d[2], d[3]);
    Choice choice =
        choose(
            storage -> {
              Format whole = storage.format(scope, d);
              Format sums = storage.format(scope, point);
              return List.of(
                  new Primitives.Pool(
                          scope, dnnl_pooling_avg_exclude_padding, whole, sums, geometry)
                      .forward(false),
                  new Primitives.Eltwise(scope, sums, dnnl_eltwise_linear, d[2] * d[3], 0)
                      .forward(false));
            });
    Tensor mean = image(choice.storage(), point);
    emit.run(
        "mean over space",
        choice.first(),
        new Arg(DNNL_ARG_SRC, as(choice.storage(), x)),
        new Arg(DNNL_ARG_DST, mean));
    Tensor sum = image(choice.storage(), point);
    emit.run("scale", choice.last(), new Arg(DNNL_ARG_SRC, mean), new Arg(DNNL_ARG_DST, sum));
    return sum;
  }

  /** The storage nearest to the policy's in which images can be parted after so many channels. */
  Storage parting(List<Long> channels) {
    int block = policy.storage().layout().block();
    return channels.stream().allMatch(c -> c % block == 0)
        ? policy.storage()
        : new Storage(policy.storage().precision(), Layout.NHWC);
  }

  /** An image of zeros but for a part. */
  Tensor framed(Storage storage, Tensor part, long[] dims, long[] offsets) {
    Tensor whole = image(storage, dims);
    emit.run("zeros", () -> Address.zero(whole.address(), whole.format().bytes()), whole);
    Format inner = whole.format().part(scope, part.format().dims(), offsets);
    emit.run(
        "zero padding",
        Primitives.reorder(scope, part.format(), inner),
        new Arg(DNNL_ARG_SRC, part),
        new Arg(DNNL_ARG_DST, emit.over(inner, whole)));
    return whole;
  }

  /** A copy of a part of an image, as images are stored. */
  Tensor part(Tensor whole, long[] dims, long[] offsets) {
    Format f = whole.format().part(scope, dims, offsets);
    Tensor part = image(policy.storage(), dims);
    emit.run(
        "part",
        Primitives.reorder(scope, f, part.format()),
        new Arg(DNNL_ARG_SRC, emit.over(f, emit.inArena(whole))),
        new Arg(DNNL_ARG_DST, part));
    return part;
  }
}
