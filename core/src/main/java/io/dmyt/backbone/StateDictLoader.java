package io.dmyt.backbone;

import io.dmyt.backbone.NamedParameter.Kind;
import io.dmyt.checkpoint.SoundValues;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Compares a state dict with a network, tensor by tensor, and takes it over if everything fits.
 *
 * <p>As in PyTorch, a batch normalisation's counter may be missing: files from before its version
 * 0.4.1 have none, and it is 0 then.
 */
final class StateDictLoader {
  /** Values copied at once by way of the heap, whatever the tensor's size. */
  private static final long CHUNK = 1 << 22;

  private static final Tensor NEVER = Tensor.of(new long[1]);

  private final BackboneSpec spec;
  private final StateDict weights;
  private final Map<String, Tensor> found = new LinkedHashMap<>();
  private final Map<ParameterBinding, Tensor> fitting = new LinkedHashMap<>();
  private final List<String> missing = new ArrayList<>();
  private final List<String> unexpected = new ArrayList<>();
  private final List<String> wrong = new ArrayList<>();
  private boolean onlyShapesDiffer = true;

  StateDictLoader(Model model, StateDict weights) {
    spec = model.spec();
    this.weights = weights;
    Set<String> names = weights.tensors().keySet();
    weights
        .tensors()
        .forEach((name, tensor) -> model.timmName(name, names).ifPresent(n -> add(n, tensor)));
  }

  private void add(String name, Tensor tensor) {
    if (found.putIfAbsent(name, tensor) != null) {
      unexpected.add("a second " + name);
    }
  }

  /**
   * The bindings to fill from a state dict whose classifier may be another: all, or those without
   * classifier, which is then left out of the state dict as well.
   */
  List<ParameterBinding> leavingOutOtherClassifier(List<ParameterBinding> network) {
    List<ParameterBinding> body =
        network.stream().filter(b -> !isClassifiers(b.parameter().name())).toList();
    boolean same =
        network.stream()
            .map(ParameterBinding::parameter)
            .filter(p -> isClassifiers(p.name()))
            .allMatch(p -> found.containsKey(p.name()) && fits(found.get(p.name()), p));
    if (same && body.size() < network.size()) {
      return network;
    }
    found.keySet().removeIf(this::isClassifiers);
    return body;
  }

  /** The number of the classifier's outputs in the state dict, 0 if it has none. */
  int classes() {
    Tensor weight = found.get(spec.classifier() + ".weight");
    return weight == null || weight.shape().length == 0 ? 0 : (int) weight.shape()[0];
  }

  private boolean isClassifiers(String name) {
    return Classifier.owns(spec, name);
  }

  /** Whether every tensor fits the network's parameters, and none is missing or too many. */
  boolean compare(List<ParameterBinding> network) {
    Map<String, Tensor> left = new LinkedHashMap<>(found);
    for (ParameterBinding binding : network) {
      NamedParameter parameter = binding.parameter();
      Tensor tensor = left.remove(parameter.name());
      boolean repeated = parameter.kind() == Kind.SHARED && tensor == null;
      boolean fixed = parameter.kind() == Kind.CONSTANT;
      if (repeated || (fixed && (tensor == null || hasShape(tensor, parameter)))) {
        continue;
      }
      if (tensor == null && parameter.kind() == Kind.COUNTER) {
        fitting.put(binding, NEVER);
      } else if (tensor == null) {
        missing.add(parameter.name());
      } else if (fits(tensor, parameter)) {
        fitting.put(binding, tensor);
      } else {
        PositionResampler.resample(parameter, tensor)
            .or(() -> BiasTableResampler.resample(parameter, tensor))
            .ifPresentOrElse(
                resampled -> fitting.put(binding, resampled), () -> addWrong(parameter, tensor));
      }
    }
    left.keySet().forEach(name -> unexpected.add(Quoted.of(name)));
    return missing.isEmpty() && unexpected.isEmpty() && wrong.isEmpty();
  }

  private void addWrong(NamedParameter parameter, Tensor tensor) {
    wrong.add(
        Text.format("%s is %s, expected %s", parameter.name(), tensor, Fit.expected(parameter)));
    onlyShapesDiffer &= parameter.kind() != Kind.COUNTER && tensor.dtype().isFloating();
  }

  private static boolean fits(Tensor tensor, NamedParameter parameter) {
    if (parameter.kind() != Kind.COUNTER) {
      return tensor.dtype().isFloating() && hasShape(tensor, parameter);
    }
    // As floats where somebody has halved a whole state dict.
    double count = tensor.length() == 1 ? tensor.doubles()[0] : -1;
    return count >= 0 && count <= Integer.MAX_VALUE;
  }

  /** A dense layer's weights are those of a convolution over all of its input. */
  private static boolean hasShape(Tensor tensor, NamedParameter parameter) {
    long[] shape = parameter.shape();
    long[] actual = tensor.shape();
    boolean dense =
        actual.length == 2
            && shape.length == 4
            && actual[0] == shape[0]
            && tensor.length() == parameter.length();
    return dense || Arrays.equals(actual, shape);
  }

  /** What {@link #compare} found wrong, in one line. */
  String faults() {
    List<String> faults = new ArrayList<>();
    Listing.add(faults, "missing", missing);
    Listing.add(faults, "unexpected", unexpected);
    Listing.add(faults, "of the wrong type or shape", wrong);
    List<String> others = Backbones.matching(weights);
    if (others.contains(spec.name())) {
      // By names and shapes it is this one, so that none of the others fits better.
      others = List.of();
    }
    return Text.format(
        "%s does not fit %s%s: %s",
        weights.origin().source(),
        spec.name(),
        others.isEmpty() ? "" : " but " + String.join(", ", others),
        String.join("; ", faults));
  }

  /** Whether {@link #compare} failed for nothing but tensors of another shape. */
  boolean onlyShapesDiffer() {
    return missing.isEmpty() && unexpected.isEmpty() && onlyShapesDiffer;
  }

  /** What is wrong if these weights fit the network for images of its own size, in one line. */
  String otherSize() {
    int size = spec.imageSize();
    return Text.format(
        "%s holds weights for images of %d×%d pixels, and %s can't be resized: %s; use"
            + " --image-size %d",
        weights.origin().source(),
        size,
        size,
        wrong.size() == 1 ? "one of its tensors" : wrong.size() + " of its tensors",
        wrong.get(0),
        size);
  }

  /** Copies what {@link #compare} found to fit. */
  void copyTo(ComputationGraph graph) {
    fitting.forEach(
        (binding, tensor) ->
            SoundValues.require(weights.origin().source(), binding.parameter().name(), tensor));
    List<Piece> pieces = new ArrayList<>();
    fitting.forEach(
        (binding, tensor) -> {
          if (binding.parameter().kind() == Kind.COUNTER) {
            binding.layer(graph).conf().setIterationCount((int) tensor.doubles()[0]);
          } else {
            pieces.addAll(pieces(tensor.reshape(binding.parameter().shape()), binding, graph));
          }
        });
    // All of the host's writes come before the backend's: on a GPU these are two memories.
    FlatMemory memory = FlatMemory.of(graph.params());
    List<Piece> scattered = pieces.stream().filter(piece -> !piece.copyTo(memory)).toList();
    memory.written();
    scattered.forEach(Piece::assign);
  }

  private static List<Piece> pieces(
      Tensor tensor, ParameterBinding binding, ComputationGraph graph) {
    if (binding.layout() == Layout.SCALAR) {
      return binding.views(graph).stream()
          .map(view -> new Piece(tensor.reshape(1), view.reshape(1)))
          .toList();
    }
    Tensor values = binding.layout() == Layout.MAGNITUDE ? magnitude(tensor) : tensor;
    List<Piece> pieces = new ArrayList<>();
    long first = 0;
    for (INDArray view : binding.views(graph)) {
      long last = first + view.size(0);
      pieces.add(new Piece(values.rows(first, last), view));
      first = last;
    }
    return pieces;
  }

  /** InplaceABN adds 1e-5 as well; without, what is loaded and saved again stays the same. */
  private static Tensor magnitude(Tensor tensor) {
    return Tensor.of(Arrays.stream(tensor.doubles()).map(Math::abs).toArray(), tensor.shape());
  }

  /** Values on their way from a tensor into a part of the network of the same shape. */
  private record Piece(Tensor tensor, INDArray target) {

    /** Copies at once if the target's values lie in that memory in the tensor's order. */
    boolean copyTo(FlatMemory memory) {
      FloatBuffer floats = memory.floats(target);
      if (floats != null) {
        tensor.copyTo(floats);
      }
      return floats != null;
    }

    /** Copies whatever the target's order and type. */
    void assign() {
      long rows = tensor.shape()[0];
      long step = Math.max(1, CHUNK / (tensor.length() / rows));
      for (long row = 0; row < rows; row += step) {
        long end = Math.min(rows, row + step);
        INDArray part = tensor.rows(row, end).toINDArray();
        target.get(NDArrayIndex.interval(row, end)).assign(part.castTo(target.dataType()));
      }
    }
  }
}
