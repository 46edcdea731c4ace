package io.dmyt.backbone;

import io.dmyt.backbone.NamedParameter.Kind;
import io.dmyt.checkpoint.DType;
import io.dmyt.checkpoint.DerivedTensor;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.checkpoint.TensorSet;
import io.dmyt.checkpoint.TensorType;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Turns a set of tensors with another library's names into one with timm's.
 *
 * <p>What the two compute differently is made up for where values can do so: queries, keys and
 * values are put together, and what the library adds to variances beyond the network here is added
 * to the running ones, which is exact in inference. Tables that the architecture fixes are filled
 * in.
 */
final class NameTranslation {
  private final ForeignNames names;
  private final TensorSet set;
  private final Model model;
  private final Map<String, NamedParameter> body;

  private NameTranslation(ForeignNames names, TensorSet set, Model model) {
    this.names = names;
    this.set = set;
    this.model = model;
    body = Bodies.of(model).stream().collect(Collectors.toMap(NamedParameter::name, p -> p));
  }

  /** The set with timm's names behind the prefix; nothing if none of its names is known. */
  static Optional<TensorSet> of(ForeignNames names, String prefix, TensorSet set, Model model) {
    return new NameTranslation(names, set, model).translated(prefix);
  }

  private Optional<TensorSet> translated(String prefix) {
    Map<String, String> stored = new LinkedHashMap<>();
    for (String name : set.types().keySet()) {
      String plain = Fit.unwrapped(name);
      if (plain.startsWith(prefix)) {
        stored.putIfAbsent(plain.substring(prefix.length()), name);
      }
    }
    Map<String, TreeMap<Integer, String>> found = new LinkedHashMap<>();
    Map<String, Integer> parts = new LinkedHashMap<>();
    names
        .translation()
        .targets(stored.keySet(), Bodies.of(model), model.spec().classifier())
        .forEach(
            (name, target) -> {
              found
                  .computeIfAbsent(target.name(), t -> new TreeMap<>())
                  .put(target.part(), Objects.requireNonNull(stored.get(name)));
              parts.put(target.name(), target.parts());
            });
    String storedPrefix = Fit.storedPrefix(prefix, stored.values());
    Map<String, DerivedTensor> derived = new LinkedHashMap<>();
    found.forEach(
        (name, from) -> {
          if (isWhole(from, parts.get(name))) {
            derived.put(storedPrefix + name, derived(name, List.copyOf(from.values())));
          }
        });
    if (derived.isEmpty()) {
      return Optional.empty();
    }
    addConstants(derived, storedPrefix);
    return Optional.of(set.with(derived, " with the names of " + names.library()));
  }

  /** Whether all parts are there, and of one type and width. */
  private boolean isWhole(Map<Integer, String> from, @Nullable Integer parts) {
    return Integer.valueOf(from.size()).equals(parts)
        && from.values().stream().map(name -> row(set.type(name))).distinct().count() == 1;
  }

  /** A type without its rows. */
  private static TensorType row(TensorType type) {
    List<Long> shape = type.shape();
    return new TensorType(type.dtype(), shape.subList(Math.min(1, shape.size()), shape.size()));
  }

  private DerivedTensor derived(String name, List<String> from) {
    TensorType type = set.type(from.get(0));
    if (from.size() > 1) {
      return joined(type, from);
    }
    double more = names.batchNormEps() - model.spec().batchNormEps();
    boolean adds = names.batchNormEps() != 0 && more != 0;
    if (adds && name.endsWith(".running_var") && type.dtype().isFloating()) {
      TensorType wider = new TensorType(DType.F32, type.shape());
      return new DerivedTensor(wider, from, t -> plus(t.get(0), more));
    }
    NamedParameter parameter = body.get(name);
    return DerivedTensor.renamed(
        from.get(0),
        parameter != null && parameter.length() == type.length()
            ? new TensorType(type.dtype(), parameter.dimensions())
            : type);
  }

  private static Tensor plus(Tensor tensor, double more) {
    double[] values = tensor.doubles();
    float[] sums = new float[values.length];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = (float) (values[i] + more);
    }
    return Tensor.of(sums, tensor.shape());
  }

  private DerivedTensor joined(TensorType first, List<String> from) {
    List<Long> shape = new ArrayList<>(first.shape());
    if (!shape.isEmpty()) {
      shape.set(0, from.stream().mapToLong(name -> rows(set.type(name))).sum());
    }
    TensorType type = new TensorType(first.dtype(), shape);
    return new DerivedTensor(type, from, tensors -> concatenated(type, tensors));
  }

  private static long rows(TensorType type) {
    return type.shape().isEmpty() ? 1 : type.shape().get(0);
  }

  private static Tensor concatenated(TensorType type, List<Tensor> tensors) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    tensors.forEach(tensor -> bytes.writeBytes(tensor.bytes()));
    return Tensor.of(type.dtype(), bytes.toByteArray(), shape(type));
  }

  private static long[] shape(TensorType type) {
    return type.shape().stream().mapToLong(Long::longValue).toArray();
  }

  private void addConstants(Map<String, DerivedTensor> derived, String prefix) {
    if (body.values().stream().noneMatch(p -> p.kind() == Kind.CONSTANT)) {
      return;
    }
    for (ParameterBinding binding : Architecture.of(model, BackboneOptions.defaults()).bindings()) {
      if (binding.constant() != null) {
        INDArray table = binding.constant();
        Tensor values = Tensor.of(table.isZ() ? table.castTo(DataType.INT64) : table);
        derived.putIfAbsent(
            prefix + binding.parameter().name(),
            new DerivedTensor(values.type(), List.of(), none -> values));
      }
    }
  }
}
