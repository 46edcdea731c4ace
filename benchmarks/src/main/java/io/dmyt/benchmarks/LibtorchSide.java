package io.dmyt.benchmarks;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.Map;
import java.util.Objects;

/** libtorch through DJL, from the natives on the class path; nothing is downloaded. */
final class LibtorchSide implements Side {
  private final Model model;
  private final Trainer trainer;
  private final LibtorchBlock block;
  private final NDArray images;
  private final NDArray dummies;

  LibtorchSide(Network network, int batch, int threads) {
    // DJL reads these when its engine is first asked for.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    model = Model.newInstance(network.name(), "PyTorch");
    block = new LibtorchBlock(network);
    model.setBlock(block);
    trainer = model.newTrainer(new DefaultTrainingConfig(Loss.l2Loss()).optOptimizer(adamW()));
    Shape shape = new Shape(batch, 3, network.size(), network.size());
    trainer.initialize(shape);
    Map<String, Parameter> parameters = block.named();
    for (Tensor tensor : network.tensors()) {
      Objects.requireNonNull(parameters.get(tensor.name()), tensor.name())
          .getArray()
          .set(tensor.values());
    }
    NDManager manager = trainer.getManager();
    images = manager.create(Tensor.images(batch, network.size()), shape);
    dummies =
        manager.create(
            Training.dummies(batch, network.features()), new Shape(batch, network.features()));
  }

  private static Optimizer adamW() {
    return Optimizer.adamW()
        .optLearningRateTracker(Tracker.fixed(Training.LEARNING_RATE))
        .optBeta1(Training.BETA1)
        .optBeta2(Training.BETA2)
        .optEpsilon(Training.EPSILON)
        .optWeightDecays(Training.WEIGHT_DECAY)
        .build();
  }

  @Override
  public long parameters() {
    return block.named().values().stream()
        .filter(Parameter::requiresGradient)
        .mapToLong(p -> p.getArray().size())
        .sum();
  }

  @Override
  public double infer() {
    try (NDManager step = images.getManager().newSubManager()) {
      return embed(step).abs().mean().getFloat();
    }
  }

  /** The embeddings in inference mode, [N, features] row-major. */
  float[] embeddings() {
    try (NDManager step = images.getManager().newSubManager()) {
      return embed(step).toFloatArray();
    }
  }

  private NDArray embed(NDManager step) {
    ParameterStore store = new ParameterStore(step, false);
    return block.forward(store, new NDList(scoped(step)), false).singletonOrThrow();
  }

  @Override
  public double train() {
    try (NDManager step = images.getManager().newSubManager();
        GradientCollector collector = trainer.newGradientCollector()) {
      NDArray embeddings = trainer.forward(new NDList(scoped(step))).singletonOrThrow();
      NDArray loss = embeddings.sub(dummies).square().sum(new int[] {1}).add(1e-12f).sqrt().mean();
      collector.backward(loss);
      trainer.step();
      return loss.getFloat();
    }
  }

  /** The images under the step's manager, so that what is computed from them goes with it. */
  private NDArray scoped(NDManager step) {
    NDArray alias = images.reshape(images.getShape());
    alias.attach(step);
    return alias;
  }

  @Override
  public String describe() {
    return "libtorch " + Engine.getEngine("PyTorch").getVersion() + " through DJL, f32";
  }

  @Override
  public void close() {
    trainer.close();
    model.close();
  }
}
