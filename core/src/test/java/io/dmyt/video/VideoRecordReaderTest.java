package io.dmyt.video;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.data.Preprocessing;
import io.dmyt.data.RgbImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.datavec.api.split.FileSplit;
import org.datavec.api.writable.NDArrayWritable;
import org.datavec.api.writable.Writable;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** A small network of DL4J's, trained from video files. */
class VideoRecordReaderTest {
  private static final int SIZE = 16;

  @TempDir Path folder;

  private void video(String name, int grey) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    byte[] pixels = new byte[3 * 64 * 48];
    Arrays.fill(pixels, (byte) grey);
    try (VideoWriter writer = new VideoWriter(file, 64, 48, VideoFormat.of(file))) {
      for (int i = 0; i < 5; i++) {
        writer.write(new RgbImage(64, 48, pixels), Duration.ofMillis(40L * i));
      }
      writer.finish();
    }
  }

  @Test
  void trainsANetworkFromVideoFiles() throws Exception {
    video("bright/a.mp4", 220);
    video("bright/b.mp4", 190);
    video("dark/c.mp4", 60);
    video("dark/d.webm", 30);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(0.05))
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).build())
                .layer(new GlobalPoolingLayer())
                .layer(
                    new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(2)
                        .build())
                .setInputType(InputType.convolutional(SIZE, SIZE, 3))
                .build());
    network.init();
    try (VideoRecordReader frames =
        new VideoRecordReader(FrameSelection.evenly(3), Preprocessing.imageNet(SIZE))) {
      frames.initialize(new FileSplit(new File(folder.toString())));
      assertEquals(List.of("bright", "dark"), frames.getLabels());
      DataSet data = null;
      for (int epoch = 0; epoch < 30; epoch++) {
        data = read(frames);
        assertEquals(12, data.numExamples());
        network.fit(data);
        frames.reset();
      }
      int[] expected = data.getLabels().argMax(1).toIntVector();
      assertEquals(6, Arrays.stream(expected).sum());
      assertArrayEquals(expected, network.predict(data.getFeatures()));
      assertTrue(frames.nextRecord().getMetaData().getURI().toString().contains("bright"));
    }
  }

  private static DataSet read(VideoRecordReader frames) {
    List<INDArray> images = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    while (frames.hasNext()) {
      List<Writable> record = frames.next();
      images.add(((NDArrayWritable) record.get(0)).get());
      labels.add(record.get(1).toInt());
    }
    INDArray oneHot = Nd4j.zeros(labels.size(), 2);
    for (int i = 0; i < labels.size(); i++) {
      oneHot.putScalar(i, labels.get(i), 1);
    }
    return new DataSet(Nd4j.concat(0, images.toArray(INDArray[]::new)), oneHot);
  }
}
