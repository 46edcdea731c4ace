package io.dmyt.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Map;

/** ONNX Runtime on its CPU provider with every graph optimisation; it only infers. */
final class OnnxRuntimeSide implements Side {
  private final Network network;
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final OnnxTensor images;

  OnnxRuntimeSide(Network network, int batch, int threads) {
    this.network = network;
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      session = environment.createSession(OnnxModel.write(network, batch), options);
      FloatBuffer values = FloatBuffer.wrap(Tensor.images(batch, network.size()));
      images =
          OnnxTensor.createTensor(
              environment, values, new long[] {batch, 3, network.size(), network.size()});
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime refuses " + network.name(), e);
    }
  }

  /** What was written to the model: the runtime does not tell. */
  @Override
  public long parameters() {
    return network.parameters();
  }

  @Override
  public double infer() {
    double sum = 0;
    float[] embeddings = embeddings();
    for (float e : embeddings) {
      sum += Math.abs(e);
    }
    return sum / embeddings.length;
  }

  /** The embeddings, [N, features] row-major. */
  float[] embeddings() {
    try (OrtSession.Result result = session.run(Map.of(OnnxModel.INPUT, images))) {
      FloatBuffer buffer = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] embeddings = new float[buffer.remaining()];
      buffer.get(embeddings);
      return embeddings;
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime fails on " + network.name(), e);
    }
  }

  @Override
  public double train() {
    throw new UnsupportedOperationException("ONNX Runtime only infers");
  }

  @Override
  public String describe() {
    return "ONNX Runtime " + environment.getVersion() + ", f32";
  }

  @Override
  public void close() {
    images.close();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot close " + network.name(), e);
    }
  }
}
