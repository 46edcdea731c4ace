package io.dmyt.backbone;

import io.dmyt.backbone.NamedParameter.Kind;
import io.dmyt.backbone.layer.UnitLength;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.internal.Suggestions;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;

// Over 300 lines: a network's front door, half of it javadoc.

/**
 * A network whose parameters answer to timm's names, in PyTorch's shapes.
 *
 * <p>Input: images [batch, 3, height, width], RGB, normalised. Output: the embedding [batch,
 * embedding size] of a network without classifier, else [batch, classes]: probabilities while the
 * head has its own loss, logits under one given by {@link #setLoss}.
 *
 * <p>Not safe for use by several threads at once, as the graph is not.
 */
public final class Backbone {
  private final Architecture architecture;
  private final ComputationGraph graph;
  private final Map<String, ParameterBinding> bindings = new LinkedHashMap<>();
  private final List<NamedParameter> parameters;

  Backbone(Architecture architecture, ComputationGraph graph) {
    this.architecture = architecture;
    this.graph = graph;
    architecture.bindings().forEach(b -> bindings.put(b.parameter().name(), b));
    parameters = architecture.bindings().stream().map(ParameterBinding::parameter).toList();
  }

  /** What network it is: its name, family and sizes. */
  public BackboneSpec spec() {
    return architecture.spec();
  }

  /**
   * The same network, computed by another graph that shares this one's configuration and
   * parameters, such as one that an engine has made of it.
   *
   * @throws IllegalArgumentException if the configuration is another object
   */
  @SuppressWarnings("ReferenceEquality") // Sharing is what counts.
  public Backbone on(ComputationGraph graph) {
    if (graph.getConfiguration() != this.graph.getConfiguration()) {
      throw new IllegalArgumentException("the graph does not share this network's configuration");
    }
    return new Backbone(architecture, graph);
  }

  /** The graph itself: changes to either are changes to both. */
  public ComputationGraph graph() {
    return graph;
  }

  /** The number of the classifier's outputs, 0 without classifier. */
  public int classes() {
    return Attachment.classes(spec(), graph);
  }

  /** The state dict's entries in timm's order, the classifier's last. */
  public List<NamedParameter> parameters() {
    return parameters;
  }

  /**
   * The entry of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public NamedParameter parameter(String name) {
    return binding(name).parameter();
  }

  /** Whether the state dict has an entry of that name. */
  public boolean contains(String name) {
    return bindings.containsKey(name);
  }

  /**
   * A copy of a parameter, row-major in PyTorch's shape; a counter is a scalar of type LONG.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public INDArray get(String name) {
    ParameterBinding binding = binding(name);
    if (binding.parameter().kind() == Kind.COUNTER) {
      return Nd4j.scalar(DataType.INT64, binding.layer(graph).conf().getIterationCount());
    }
    return binding.get(graph);
  }

  /**
   * Sets a parameter, converting from any numeric type.
   *
   * @throws IllegalArgumentException if there is none of that name, or the shape is another
   */
  public void set(String name, INDArray values) {
    ParameterBinding binding = binding(name);
    NamedParameter parameter = binding.parameter();
    if (!Arrays.equals(values.shape(), parameter.shape())) {
      throw new IllegalArgumentException(
          "expected " + parameter + ", got shape " + Arrays.toString(values.shape()));
    }
    if (parameter.kind() == Kind.COUNTER) {
      binding.layer(graph).conf().setIterationCount(count(name, values.getLong(0)));
      return;
    }
    if (parameter.kind() == Kind.CONSTANT) {
      if (!values.castTo(DataType.DOUBLE).equals(get(name).castTo(DataType.DOUBLE))) {
        throw new IllegalArgumentException(parameter + " is fixed by the architecture");
      }
      return;
    }
    binding.set(graph, values);
  }

  /**
   * Sets a parameter from the buffer's remaining values, row-major in PyTorch's shape. The buffer's
   * position does not move.
   *
   * @throws IllegalArgumentException if there is none of that name, or the number of values is
   *     another
   */
  public void set(String name, FloatBuffer values) {
    NamedParameter parameter = parameter(name);
    if (values.remaining() != parameter.length()) {
      throw new IllegalArgumentException(
          "expected " + parameter + ", got " + values.remaining() + " values");
    }
    float[] copy = new float[values.remaining()];
    values.duplicate().get(copy);
    set(name, Nd4j.create(copy, parameter.shape(), 'c'));
  }

  /**
   * A copy of all parameters under timm's names and in its order, as PyTorch's {@code state_dict()}
   * gives them: F32, or F64 for a network of doubles, and counters I64.
   */
  public StateDict stateDict() {
    StateDict.Builder dict = StateDict.builder();
    for (NamedParameter parameter : parameters) {
      dict.put(parameter.name(), Tensor.of(get(parameter.name())));
    }
    return dict.build();
  }

  /**
   * Sets all parameters, as PyTorch's {@code load_state_dict} with {@code strict=True}: every one
   * has to be there in its shape, and nothing else. Only the counters of batch normalisation may be
   * missing, as they are in PyTorch's oldest files, and are 0 then, and what repeats others or is
   * fixed anyway. Any floating-point type is converted; names under which torchvision or Cadene
   * published the network are understood, as timm does.
   *
   * @return this
   * @throws IllegalArgumentException if it does not fit, with nothing changed; the one line lists
   *     up to ten tensors each that are missing, unexpected or wrong
   */
  public Backbone load(StateDict weights) {
    StateDictLoader loader = new StateDictLoader(Backbones.model(spec().name()), weights);
    if (!loader.compare(architecture.bindings())) {
      throw new IllegalArgumentException(loader.faults());
    }
    loader.copyTo(graph);
    return this;
  }

  /**
   * Like {@link #load}, for weights to start from: whatever the names begin with is taken off, and
   * tensors beside the network's are left out. A classifier is taken over if it is this network's
   * in every shape; otherwise the one in the file is left out, and this network's stays as it is.
   *
   * @return whether there was a classifier to take over
   * @throws IllegalArgumentException if anything else does not fit, with nothing changed
   */
  public boolean loadPretrained(StateDict weights) {
    Model model = Backbones.model(spec().name());
    Optional<FoundNetwork> found = NetworkSearch.find(weights, model);
    StateDictLoader loader =
        new StateDictLoader(model, found.map(FoundNetwork::weights).orElse(weights));
    List<ParameterBinding> all = architecture.bindings();
    List<ParameterBinding> taken = loader.leavingOutOtherClassifier(all);
    if (!loader.compare(taken)) {
      throw new IllegalArgumentException(
          found.isPresent() && loader.onlyShapesDiffer() ? loader.otherSize() : loader.faults());
    }
    loader.copyTo(graph);
    return taken.size() == all.size() && classes() > 0;
  }

  /**
   * A copy of a trainable parameter's gradient as the last backward pass left it, row-major in
   * PyTorch's shape. DL4J sums over the batch here and divides by its size when it updates.
   *
   * @throws IllegalArgumentException if there is no trainable parameter of that name
   * @throws IllegalStateException before the first backward pass
   */
  public INDArray gradient(String name) {
    ParameterBinding binding = binding(name);
    if (binding.parameter().kind() != Kind.TRAINABLE) {
      throw new IllegalArgumentException(name + " is not trained by gradients");
    }
    return binding.gradient(graph);
  }

  /** The features of an embedding: the specification's, or of two tokens with a classifier each. */
  public int embeddingSize() {
    return (hasTwoHeads() ? 2 : 1) * spec().embeddingSize();
  }

  private boolean hasTwoHeads() {
    return contains(Classifier.second(spec()) + ".weight");
  }

  /**
   * The embeddings [batch, {@link #embeddingSize}] of images [batch, 3, height, width] in inference
   * mode, whether or not a classifier follows.
   */
  public INDArray embed(INDArray images) {
    String last = Attachment.embedding(graph);
    return graph.output(List.of(last), false, new INDArray[] {images}, null)[0];
  }

  /**
   * The logits [batch, classes] that the classifier makes of embeddings [batch, {@link
   * #embeddingSize}].
   *
   * @throws IllegalArgumentException if there is no classifier
   */
  public INDArray logits(INDArray embeddings) {
    INDArray bias = get(spec().classifier() + ".bias");
    if (hasTwoHeads()) {
      bias.addi(get(Classifier.second(spec()) + ".bias")).muli(0.5);
    }
    return embeddings.mmul(classifierWeights().transpose()).addiRowVector(bias);
  }

  /**
   * A copy of the classifier's weights, [classes, {@link #embeddingSize}].
   *
   * @throws IllegalArgumentException if there is no classifier
   */
  public INDArray classifierWeights() {
    INDArray weights = get(spec().classifier() + ".weight");
    return hasTwoHeads()
        ? Nd4j.concat(1, weights, get(Classifier.second(spec()) + ".weight")).muli(0.5)
        : weights.reshape(weights.size(0), weights.size(1));
  }

  /** What brings embeddings to length 1, if anything does. */
  public Optional<UnitLength> unitLength() {
    return Attachment.unitLength(graph);
  }

  /** The loss that the head has now. */
  public ILossFunction loss() {
    return Head.loss(graph);
  }

  /**
   * Puts a loss on the head in place of the one it has. It is given the embedding, or the
   * classifier's logits, with the identity as activation function.
   *
   * @return this
   */
  public Backbone setLoss(ILossFunction loss) {
    Head.setLoss(graph, loss);
    return this;
  }

  /**
   * Gives the head DL4J's own loss again: mean squared error on an embedding, softmax and cross
   * entropy on a classifier. A graph saved so needs no class of ours to be opened.
   *
   * @return this
   */
  public Backbone resetLoss() {
    Head.resetLoss(graph);
    return this;
  }

  ParameterBinding binding(String name) {
    ParameterBinding binding = bindings.get(name);
    if (binding == null) {
      throw new IllegalArgumentException(
          spec().name()
              + " has no parameter "
              + name
              + "; the closest is "
              + Suggestions.closest(name, bindings.keySet()));
    }
    return binding;
  }

  private static int count(String name, long value) {
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(name + " is out of range: " + value);
    }
    return (int) value;
  }
}
