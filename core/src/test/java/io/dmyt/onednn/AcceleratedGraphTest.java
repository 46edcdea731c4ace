package io.dmyt.onednn;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class AcceleratedGraphTest {

  static ComputationGraphConfiguration residual() {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .updater(new Adam(1e-3))
        .graphBuilder()
        .addInputs("in")
        .addLayer("conv1", conv(3, 12, 3, 2, 1), "in")
        .addLayer("bn1", norm(12), "conv1")
        .addLayer("relu1", new ActivationLayer(Activation.RELU), "bn1")
        .addLayer(
            "pool",
            new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                .kernelSize(3, 3)
                .stride(2, 2)
                .padding(1, 1)
                .convolutionMode(ConvolutionMode.Truncate)
                .build(),
            "relu1")
        .addLayer(
            "dw",
            new DepthwiseConvolution2D.Builder(3, 3)
                .padding(1, 1)
                .convolutionMode(ConvolutionMode.Truncate)
                .depthMultiplier(1)
                .nIn(12)
                .nOut(12)
                .hasBias(false)
                .activation(Activation.IDENTITY)
                .build(),
            "pool")
        .addLayer("pw", conv(12, 20, 1, 1, 0), "dw")
        .addLayer("bn2", norm(20), "pw")
        .addLayer("skip", conv(12, 20, 1, 1, 0), "pool")
        .addLayer("skipbn", norm(20), "skip")
        .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "bn2", "skipbn")
        .addLayer("relu2", new ActivationLayer(Activation.RELU), "add")
        .addLayer("conv3", conv(20, 20, 3, 1, 1), "relu2")
        .addLayer("bn3", norm(20), "conv3")
        .addVertex("add2", new ElementWiseVertex(ElementWiseVertex.Op.Add), "bn3", "relu2")
        .addLayer("relu3", new ActivationLayer(Activation.RELU), "add2")
        .addLayer("gap", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "relu3")
        .addLayer(
            "out",
            new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .nIn(20)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build(),
            "gap")
        .setOutputs("out")
        .build();
  }

  private static ConvolutionLayer conv(int in, int out, int kernel, int stride, int padding) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .stride(stride, stride)
        .padding(padding, padding)
        .convolutionMode(ConvolutionMode.Truncate)
        .nIn(in)
        .nOut(out)
        .hasBias(false)
        .activation(Activation.IDENTITY)
        .build();
  }

  private static BatchNormalization norm(int size) {
    return new BatchNormalization.Builder().nIn(size).nOut(size).useLogStd(false).build();
  }

  static INDArray labels(int batch, int classes) {
    INDArray labels = Nd4j.zeros(batch, classes);
    for (int i = 0; i < batch; i++) {
      labels.putScalar(i, i % classes, 1);
    }
    return labels;
  }

  @Test
  void residualNetwork() {
    try (Twins twins = Twins.of(residual())) {
      INDArray x = Twins.random(1, 4, 3, 25, 21);
      INDArray y = labels(4, 3);
      twins.sameOutput(x);
      twins.sameGradients(x, y);
      twins.sameTraining(x, y, 20);
      twins.sameOutput(x);
    }
  }
}
