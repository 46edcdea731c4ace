package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dmyt.Golden;
import java.nio.FloatBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Networks of today among the families of timm 0.4.9: features of an image of 64 pixels in double
 * against timm 1.0.29's. Weights and image are filled as in the golden files.
 */
class YoungerRelativesTest {
  private static final int SIZE = 64;

  /**
   * @param norm of the features
   * @param sum of the features
   */
  @ParameterizedTest
  @CsvSource({
    "regnety_008_tv.tv2_in1k, 2.592102096e+02, 5.082401385e+03",
    "regnetz_040.ra3_in1k, 7.342044631e+00, 6.134799081e+01",
    "regnetz_040_h.ra3_in1k, 2.125584316e+01, 3.836669462e+02",
    "repvgg_a0.rvgg_in1k, 8.531989533e+06, 1.921465420e+08",
    "rexnetr_300.sw_in12k_ft_in1k, 1.740313598e+02, 6.782699758e+03",
    "ese_vovnet57b.ra4_e3600_r256_in1k, 8.852779577e+01, 2.139833346e+03",
    "res2net50d.in1k, 8.906538504e+05, 2.888605691e+07"
  })
  void featuresAreThoseOfTimm(String name, double norm, double sum) {
    Backbone backbone =
        Backbones.create(
            name,
            BackboneOptions.defaults()
                .withImageSize(SIZE)
                .withClasses(0)
                .withDataType(DataType.DOUBLE)
                .withRandomWeights(false));
    for (NamedParameter parameter : backbone.parameters()) {
      if (parameter.isStored()) {
        float[] values = Golden.weights(parameter.name(), parameter.shape());
        backbone.set(parameter.name(), FloatBuffer.wrap(values));
      }
    }
    float[] image = Golden.images("input", 1, SIZE);
    INDArray images = Nd4j.create(image, new long[] {1, 3, SIZE, SIZE}, 'c');
    INDArray features = backbone.embed(images.castTo(DataType.DOUBLE));
    assertEquals(norm, features.norm2Number().doubleValue(), 1e-5 * norm);
    assertEquals(sum, features.sumNumber().doubleValue(), 1e-5 * norm);
    backbone.graph().close();
  }
}
