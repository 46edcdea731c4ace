package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Golden;
import io.dmyt.backbone.NamedParameter.Kind;
import java.io.File;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

class BackboneTest {
  /** Depthwise, grouped, dense and batch norm layers: every layout there is. */
  private static Backbone backbone;

  private static Backbone grouped;

  @BeforeAll
  static void create() {
    backbone = create("mobilenetv3_small_100", 3);
    grouped =
        Backbones.create(
            "resnext50_32x4d",
            BackboneOptions.defaults().withImageSize(32).withRandomWeights(false));
  }

  private static Backbone create(String name, int classes) {
    return Backbones.create(
        name, BackboneOptions.defaults().withImageSize(32).withClasses(classes));
  }

  @Test
  void whatIsSetIsGot() {
    for (Backbone each : new Backbone[] {backbone, grouped}) {
      for (NamedParameter parameter : each.parameters()) {
        if (parameter.kind() != Kind.COUNTER) {
          float[] values = Golden.weights(parameter.name(), parameter.shape());
          each.set(parameter.name(), FloatBuffer.wrap(values));
          INDArray got = each.get(parameter.name());
          assertArrayEquals(parameter.shape(), got.shape(), parameter.name());
          assertArrayEquals(values, got.reshape(-1).toFloatVector(), parameter.name());
        }
      }
    }
  }

  @Test
  void whatIsGotIsACopy() {
    String name = "classifier.weight";
    INDArray before = backbone.get(name);
    backbone.get(name).assign(7);
    assertEquals(before, backbone.get(name));
  }

  @Test
  void otherTypesAreConverted() {
    INDArray values = Nd4j.linspace(1, 3, 3, DataType.DOUBLE);
    backbone.set("classifier.bias", values);
    assertArrayEquals(new float[] {1, 2, 3}, backbone.get("classifier.bias").toFloatVector());
  }

  @Test
  void wrongShapesAreRefused() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> backbone.set("classifier.bias", Nd4j.zeros(DataType.FLOAT, 2)));
    assertTrue(e.getMessage().contains("classifier.bias[3]"), e.getMessage());
    assertTrue(e.getMessage().contains("[2]"), e.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> backbone.set("classifier.bias", FloatBuffer.allocate(4)));
  }

  @Test
  void unknownParametersAreRefused() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> backbone.get("clasifier.bias"));
    assertTrue(e.getMessage().contains("classifier.bias"), e.getMessage());
    assertFalse(backbone.contains("clasifier.bias"));
    assertTrue(backbone.contains("classifier.bias"));
  }

  @Test
  void statisticsHaveNoGradient() {
    assertThrows(IllegalArgumentException.class, () -> backbone.gradient("bn1.running_var"));
    assertThrows(IllegalStateException.class, () -> grouped.gradient("bn1.weight"));
  }

  @Test
  void initialWeightsDependOnTheSeedOnly() {
    Backbone once = create("mobilenetv3_small_100", 0);
    Backbone again = create("mobilenetv3_small_100", 0);
    Backbone other =
        Backbones.create(
            "mobilenetv3_small_100", BackboneOptions.defaults().withImageSize(32).withSeed(1));
    assertEquals(once.graph().params(), again.graph().params());
    assertNotEquals(once.get("conv_stem.weight"), other.get("conv_stem.weight"));
    // Kaiming normal by fan out: sqrt(2 / (1024 · 1 · 1)), over 589,824 values.
    double deviation = once.get("conv_head.weight").stdNumber(false).doubleValue();
    assertEquals(Math.sqrt(2.0 / 1024), deviation, 1e-3 * Math.sqrt(2.0 / 1024) * 5);
    assertEquals(1, once.get("bn1.weight").minNumber().doubleValue());
    assertEquals(1, once.get("bn1.running_var").minNumber().doubleValue());
    assertEquals(0, once.get("bn1.bias").amaxNumber().doubleValue());
  }

  @Test
  void lastBatchNormOfEachResNetBlockStartsAtZero() {
    Backbone resnet = create("resnet18", 0);
    assertEquals(0, resnet.get("layer1.0.bn2.weight").amaxNumber().doubleValue());
    assertEquals(1, resnet.get("layer1.0.bn1.weight").minNumber().doubleValue());
  }

  /** A DL4J program that doesn't know us opens the file; attached again it is the same network. */
  @Test
  void survivesDl4jsFormat(@TempDir Path folder) throws IOException {
    Backbone saved = create("mobilenetv3_small_100", 3);
    saved.set("bn1.num_batches_tracked", Nd4j.scalar(DataType.INT64, 17));
    INDArray images = images(2, 32);
    INDArray expected = saved.graph().outputSingle(images);
    saved.setLoss(new PlainDummyLoss()).resetLoss();
    File file = folder.resolve("model.zip").toFile();
    ModelSerializer.writeModel(saved.graph(), file, true);

    ComputationGraph graph = ModelSerializer.restoreComputationGraph(file);
    assertFalse(graph.getConfiguration().toJson().contains("io.dmyt"));
    assertEquals(expected, graph.outputSingle(images));
    assertEquals(1, expected.getRow(0).sumNumber().doubleValue(), 1e-5, "probabilities");

    Backbone restored = Backbones.attach("mobilenetv3_small_100", graph);
    assertEquals(3, restored.classes());
    assertEquals(saved.parameters(), restored.parameters());
    for (NamedParameter parameter : saved.parameters()) {
      assertEquals(saved.get(parameter.name()), restored.get(parameter.name()), parameter.name());
    }
    assertEquals(17, restored.get("bn1.num_batches_tracked").getLong(0));
  }

  @Test
  void anotherNetworksGraphIsNotAttached() {
    ComputationGraph graph = create("resnet18", 2).graph();
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Backbones.attach("resnet34", graph));
    assertTrue(e.getMessage().contains("not a graph of resnet34"), e.getMessage());
    IllegalArgumentException deeper =
        assertThrows(
            IllegalArgumentException.class,
            () -> Backbones.attach("tf_efficientnet_b0", create("efficientnet_b0", 0).graph()));
    assertTrue(deeper.getMessage().contains("conv_stem"), deeper.getMessage());
  }

  @Test
  void countersAreBounded() {
    String name = "bn1.num_batches_tracked";
    assertEquals(DataType.INT64, backbone.get(name).dataType());
    assertThrows(
        IllegalArgumentException.class,
        () -> backbone.set(name, Nd4j.scalar(DataType.INT64, 1L << 40)));
  }

  @Test
  void theLossIsSwappedInPlace() {
    Backbone classifier = create("mobilenetv3_small_100", 2);
    ILossFunction loss = new PlainDummyLoss();
    INDArray images = images(2, 32);
    INDArray probabilities = classifier.graph().outputSingle(images);
    assertSame(loss, classifier.setLoss(loss).loss());
    INDArray logits = classifier.graph().outputSingle(images);
    assertEquals(
        probabilities.getDouble(0, 0),
        1 / (1 + Math.exp(logits.getDouble(0, 1) - logits.getDouble(0, 0))),
        1e-5);
    assertTrue(classifier.graph().getConfiguration().toJson().contains("PlainDummyLoss"));
    assertInstanceOf(LossMCXENT.class, classifier.resetLoss().loss());
    assertEquals(probabilities, classifier.graph().outputSingle(images));

    Backbone embedding = create("mobilenetv3_small_100", 0).setLoss(loss);
    assertSame(loss, embedding.loss());
  }

  @Test
  void theEmbeddingIsTheSameWithAClassifier() {
    INDArray images = images(2, 32);
    INDArray alone = create("mobilenetv3_small_100", 0).graph().outputSingle(images);
    assertEquals(alone, create("mobilenetv3_small_100", 0).embed(images));
    assertEquals(alone, create("mobilenetv3_small_100", 3).embed(images));
  }

  private static INDArray images(int batch, int size) {
    return Nd4j.create(Golden.images("input", batch, size), new long[] {batch, 3, size, size}, 'c');
  }
}
