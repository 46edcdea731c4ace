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
import org.deeplearning4j.datasets.datavec.RecordReaderDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
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
      // As any DL4J program reads records.
      DataSetIterator batches = new RecordReaderDataSetIterator(frames, 5, 1, 2);
      network.fit(batches, 30);
      batches.reset();
      List<Integer> sizes = new ArrayList<>();
      int bright = 0;
      while (batches.hasNext()) {
        DataSet batch = batches.next();
        sizes.add(batch.numExamples());
        assertArrayEquals(
            new long[] {batch.numExamples(), 3, SIZE, SIZE}, batch.getFeatures().shape());
        int[] expected = batch.getLabels().argMax(1).toIntVector();
        assertArrayEquals(expected, network.predict(batch.getFeatures()));
        bright += (int) Arrays.stream(expected).filter(label -> label == 0).count();
      }
      assertEquals(List.of(5, 5, 2), sizes);
      assertEquals(6, bright);
      frames.reset();
      assertTrue(frames.nextRecord().getMetaData().getURI().toString().contains("bright"));
    }
  }
}
