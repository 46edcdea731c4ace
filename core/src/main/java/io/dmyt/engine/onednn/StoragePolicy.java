package io.dmyt.engine.onednn;

import io.dmyt.engine.Precision;
import java.util.ArrayList;
import java.util.List;

/**
 * What images are stored in between primitives, and what primitives may compute in. All that is
 * known about CPUs is here.
 *
 * <p>Measured on whole networks: blocks of channels, as wide as the CPU's registers, are as fast as
 * channels last or faster. With AVX-512 (AMD EPYC, oneDNN 3.11, CPU time of one thread) a training
 * step in bfloat16 takes up to 10 % less so, and in single precision 4 to 18 % less; there images
 * lie channels last all the same, until it is known how far the other order of sums leads from the
 * reference's runs. With AVX2 alone channels last costs batch norm two to three times as much,
 * depthwise convolutions up to twice, and weight gradients of 3×3 convolutions two to three times.
 * Without instructions for bfloat16 hardly any primitive takes it, so that values are then only
 * stored in it.
 *
 * @param storage of every value and gradient
 * @param candidates first choice first
 * @param single those in single precision
 */
record StoragePolicy(Storage storage, List<Storage> candidates, List<Storage> single) {

  /** The policy for this CPU. */
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
