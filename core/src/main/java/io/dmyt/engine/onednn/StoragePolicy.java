package io.dmyt.engine.onednn;

import io.dmyt.engine.Operation;
import io.dmyt.engine.Precision;
import io.dmyt.engine.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What images are stored in between primitives, and what primitives may compute in. All that is
 * known about CPUs is here.
 *
 * <p>Measured on whole networks (AMD EPYC with AVX-512, oneDNN 3.11, two threads): blocks of
 * channels, as wide as the CPU's registers, make a training step of convolutions in bfloat16 up to
 * 10 % faster than channels last. Networks with attention are faster channels last, which layer
 * norm and attention read (vit_base 2 to 6 %, swin_tiny 8 to 15 %). In single precision inference
 * is faster in blocks where convolutions are depthwise (efficientnet_b0 8 %, mobilenetv2_100 and
 * xception 4 %), and otherwise channels last (resnet50 6 %). A training step takes up to 11 % less
 * in blocks; images lie channels last there all the same, as the other order of sums leads a run of
 * the reference's (resnet18) to other predictions for three of its 24 test images. With AVX2 alone
 * channels last costs batch norm two to three times as much, depthwise convolutions up to twice,
 * and weight gradients of 3×3 convolutions two to three times. Without instructions for bfloat16
 * hardly any primitive takes it, so that values are then only stored in it.
 *
 * @param storage of every value and gradient
 * @param candidates first choice first
 * @param single those in single precision
 */
record StoragePolicy(Storage storage, List<Storage> candidates, List<Storage> single) {

  /** Which policy a region is run by, in training or in inference. */
  @FunctionalInterface
  interface Rule {
    StoragePolicy policy(Region region, Precision precision, boolean training);
  }

  /** This CPU's policy for a region. */
  static StoragePolicy of(Region region, Precision precision, boolean training) {
    if (!Dnnl.avx512()) {
      return of(precision);
    }
    if (has(region, op -> op instanceof Operation.Attention)) {
      return of(precision, Layout.NHWC);
    }
    boolean depthwise = has(region, op -> op instanceof Operation.Convolution c && c.depthwise());
    return depthwise && !training ? of(precision, blocks()) : of(precision);
  }

  private static boolean has(Region region, Predicate<Operation> what) {
    return region.nodes().stream().anyMatch(node -> what.test(node.op()));
  }

  /** This CPU's policy for convolutions, depthwise ones in inference aside. */
  static StoragePolicy of(Precision precision) {
    boolean channelsLast = precision == Precision.F32 && Dnnl.avx512();
    return of(precision, channelsLast ? Layout.NHWC : blocks());
  }

  /** A policy that prefers one layout wherever oneDNN has a kernel for it. */
  static StoragePolicy of(Precision precision, Layout preferred) {
    Layout other = preferred.blocked() ? Layout.NHWC : blocks();
    List<Storage> single =
        List.of(new Storage(Precision.F32, preferred), new Storage(Precision.F32, other));
    if (precision == Precision.F32) {
      return new StoragePolicy(single.get(0), single, single);
    }
    List<Storage> all = new ArrayList<>();
    all.add(new Storage(precision, preferred));
    all.add(new Storage(precision, other));
    all.addAll(single);
    return new StoragePolicy(all.get(0), List.copyOf(all), single);
  }

  /** The candidates in which a place's channels lie side by side. */
  List<Storage> channelsLast() {
    return candidates.stream().filter(c -> c.layout() == Layout.NHWC).toList();
  }

  private static Layout blocks() {
    return Dnnl.avx512() ? Layout.NCHW16C : Layout.NCHW8C;
  }
}
