package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** The package's documentation shows a family: it is this one, and works. */
class AddingAFamilyTest {
  private static final Path SOURCES = Path.of("src");
  private static final String FOLDER = "java/io/dmyt/backbone/";

  static final class AlexNet {
    private AlexNet() {}

    static List<Model> models() {
      BackboneSpec spec = new BackboneSpec("alexnet_bn", "alexnet", 224, 256, "fc", 1e-5);
      return List.of(new Model(spec, AlexNet::features));
    }

    private static void features(NetworkBuilder net) {
      net.conv("conv1", 64, Kernel.of(11, 4, 2));
      net.batchNorm("bn1");
      net.relu("act1");
      net.maxPool("pool1", Kernel.of(3, 2, 0));
      net.conv("conv2", 256, Kernel.centred(5, 1));
      net.batchNorm("bn2");
      net.relu("act2");
    }
  }

  @Test
  void theExampleIsANetwork() {
    BackboneOptions options = BackboneOptions.defaults().withClasses(3);
    Architecture architecture = Architecture.of(AlexNet.models().get(0), options);
    Backbone backbone = new Backbone(architecture, architecture.create(options));
    assertEquals("conv1.weight[64, 3, 11, 11]", backbone.parameters().get(0).toString());
    assertTrue(backbone.contains("fc.bias"));
    assertEquals(14, backbone.stateDict().size());
    assertArrayEquals(
        new long[] {2, 256}, backbone.embed(Nd4j.rand(DataType.FLOAT, 2, 3, 64, 64)).shape());
  }

  @Test
  void theExampleIsTheDocumentations() throws IOException {
    String shown = code(SOURCES.resolve("main/" + FOLDER + "package-info.java"));
    for (String method : List.of("static List<Model> models()", "private static void features")) {
      String own = code(SOURCES.resolve("test/" + FOLDER + "AddingAFamilyTest.java"));
      int start = own.indexOf(method.replace(" ", ""));
      String body = own.substring(start, own.indexOf("}", start));
      assertTrue(shown.contains(body), body);
    }
  }

  /** Without white space and comments' stars. */
  private static String code(Path file) throws IOException {
    return Files.readString(file).replaceAll("(?m)^ \\*", "").replaceAll("\\s+", "");
  }
}
