package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_query_diff_dst_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_diff_src_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_dst_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_src_md;

import io.dmyt.engine.Tuning;
import io.dmyt.engine.onednn.Images.Choice;
import io.dmyt.internal.Reason;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses by measuring what the {@link StoragePolicy} would choose by rule: in which storage a
 * primitive computes, and by which of oneDNN's implementations. What it costs to bring images from
 * the policy's storage and back counts.
 *
 * <p>Another processor, or one that is busy, makes for other times. So the rule's choice stays
 * unless another is clearly faster, and a choice that was made is kept in a {@link Tuning}.
 */
final class Tuner {
  private static final Logger LOG = LoggerFactory.getLogger(Tuner.class);

  /** Of the rule's time; a choice that takes longer is not worth leaving the rule for. */
  private static final double CLEARLY = 0.93;

  /** Of oneDNN's implementations for a storage, which are ordered by what it expects of them. */
  private static final int IMPLEMENTATIONS = 2;

  /** Seconds of measuring for one program; rules decide what is left. */
  static final double BUDGET = 15;

  /** Times a primitive; of one that takes longer than {@code hopeless} once is enough. */
  @FunctionalInterface
  interface Stopwatch {
    double seconds(dnnl_primitive_desc description, double hopeless);
  }

  private final Tuning tuning;
  private final StoragePolicy policy;
  private final String machine;
  private final @Nullable Stopwatch stopwatch;
  private double left;

  /**
   * @param machine names all that is the same for each key
   * @param budget seconds of measuring in all
   */
  Tuner(
      Tuning tuning,
      StoragePolicy policy,
      String machine,
      @Nullable Stopwatch stopwatch,
      double budget) {
    this.tuning = tuning;
    this.policy = policy;
    this.machine = machine;
    this.stopwatch = stopwatch;
    left = budget;
  }

  /**
   * The fastest way to run primitives, or the one that was chosen before.
   *
   * @param what names the primitives and their shapes
   * @param rule what is taken when nothing is clearly faster
   * @param describe new descriptions in a storage, the way forward first
   */
  Choice choose(String what, Choice rule, Function<Storage, List<dnnl_primitive_desc>> describe) {
    String key = prefix() + what;
    String known = tuning.choice(key).orElse(null);
    if (known == null && left <= 0) {
      // Remembered as well: who goes on with these choices later must not measure what is left.
      tuning.choose(key, name(rule));
      return rule;
    }
    List<Choice> candidates = candidates(rule, describe);
    for (Choice each : candidates) {
      if (name(each).equals(known)) {
        return each;
      }
    }
    Choice best = fastest(candidates);
    tuning.choose(key, name(best));
    return best;
  }

  private String prefix() {
    return Text.format("%s; images in %s; ", machine, policy.storage());
  }

  /** The rule's choice first. */
  private List<Choice> candidates(
      Choice rule, Function<Storage, List<dnnl_primitive_desc>> describe) {
    List<Choice> all = new ArrayList<>();
    all.add(rule);
    for (Storage storage : policy.candidates()) {
      boolean emulated = storage.precision() != policy.storage().precision();
      for (int skipped = 0; skipped < (emulated ? 1 : IMPLEMENTATIONS); skipped++) {
        Choice next = candidate(storage, skipped, describe);
        if (next == null) {
          break;
        }
        boolean there = all.stream().anyMatch(c -> name(c).equals(name(next)));
        if (!there && next.primitives().stream().noneMatch(Tuner::hopeless)) {
          all.add(next);
        }
      }
    }
    return all;
  }

  private static @Nullable Choice candidate(
      Storage storage, int skipped, Function<Storage, List<dnnl_primitive_desc>> describe) {
    List<dnnl_primitive_desc> primitives;
    try {
      primitives = describe.apply(storage);
    } catch (OneDnnException e) {
      if (e.unimplemented()) {
        return null;
      }
      throw e;
    }
    // A way back belongs to the way forward that it was described with.
    if (skipped > 0 && primitives.size() > 1) {
      return null;
    }
    for (int i = 0; i < skipped; i++) {
      if (!next(primitives.get(0))) {
        return null;
      }
    }
    return new Choice(storage, primitives);
  }

  /**
   * Goes on to an implementation of another name. Where oneDNN's cache has the first one, its next
   * one is the first one again.
   */
  private static boolean next(dnnl_primitive_desc description) {
    String before = Dnnl.implementation(description);
    boolean there;
    do {
      there = Dnnl.next(description);
    } while (there && Dnnl.implementation(description).equals(before));
    return there;
  }

  /** oneDNN's gemm unfolds images into a matrix, and takes many times as long as all others. */
  private static boolean hopeless(dnnl_primitive_desc description) {
    return Dnnl.slow(description) || Dnnl.implementation(description).contains("gemm:jit");
  }

  private Choice fastest(List<Choice> candidates) {
    if (candidates.size() == 1) {
      return candidates.get(0);
    }
    long start = System.nanoTime();
    Choice rule = candidates.get(0);
    double ruled = seconds(rule, Double.POSITIVE_INFINITY);
    Choice best = rule;
    double fewest = ruled;
    if (Double.isFinite(ruled)) {
      for (Choice each : candidates.subList(1, candidates.size())) {
        double seconds = seconds(each, fewest);
        if (seconds < fewest) {
          best = each;
          fewest = seconds;
        }
      }
    }
    // The rule gets a second chance: the machine may have been busy during its first.
    if (!best.equals(rule)) {
      ruled = Math.min(ruled, seconds(rule, Double.POSITIVE_INFINITY));
      best = fewest < ruled * CLEARLY ? best : rule;
    }
    left -= (System.nanoTime() - start) / 1e9;
    return best;
  }

  private double seconds(Choice choice, double bound) {
    double sum = 0;
    for (int i = 0; i < choice.primitives().size(); i++) {
      dnnl_primitive_desc primitive = choice.primitives().get(i);
      sum += copies(primitive, choice.storage(), i == 0);
      if (sum > bound) {
        return sum;
      }
      sum += Objects.requireNonNull(stopwatch).seconds(primitive, bound);
    }
    return sum;
  }

  /** Seconds to bring a primitive's images from the policy's storage and back. */
  private double copies(dnnl_primitive_desc primitive, Storage storage, boolean first) {
    if (storage.equals(policy.storage())) {
      return 0;
    }
    double sum = 0;
    List<Integer> images = new ArrayList<>();
    images.add(dnnl_query_dst_md);
    images.add(dnnl_query_diff_src_md);
    images.add(dnnl_query_diff_dst_md);
    if (first) {
      images.add(dnnl_query_src_md);
    }
    for (int image : images) {
      dnnl_memory_desc found = Dnnl.query(primitive, image);
      if (found == null) {
        continue;
      }
      try (NativeScope scope = new NativeScope()) {
        Format format = Format.chosen(scope, found);
        long[] dims = Dnnl.dims(found);
        if (dims.length == 4 && format.same(storage.format(scope, dims))) {
          Format stored = policy.storage().format(scope, dims);
          sum +=
              Objects.requireNonNull(stopwatch)
                  .seconds(Primitives.reorder(scope, stored, format), Double.POSITIVE_INFINITY);
        }
      }
    }
    return sum;
  }

  private static String name(Choice choice) {
    return choice.primitives().stream()
        .map(Dnnl::implementation)
        .collect(Collectors.joining(" and ", choice.storage() + " ", ""));
  }

  /** Keeps what was chosen; that it can't be written is no reason to stop. */
  void save() {
    try {
      tuning.save();
    } catch (IOException e) {
      LOG.warn("the fastest kernels are not remembered: {}", Reason.withFile(e));
    }
  }

  /** What was chosen, a line each, with a line break before. */
  String description() {
    String prefix = prefix();
    return tuning.used().entrySet().stream()
        .filter(e -> e.getKey().startsWith(prefix))
        .map(e -> Text.format("\n%s: %s", e.getKey().substring(prefix.length()), e.getValue()))
        .collect(Collectors.joining())
        .replace("\n", System.lineSeparator());
  }
}
