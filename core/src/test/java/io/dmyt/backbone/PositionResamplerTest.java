package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.dmyt.Golden;
import io.dmyt.backbone.NamedParameter.Kind;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.internal.Tsv;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PositionResamplerTest {

  /** Values by timm 1.0.29's resample_abs_pos_embed. */
  @Test
  void agreesWithTimm() {
    for (String[] cells : Tsv.rows(PositionResamplerTest.class, "/timm/positions.tsv").toList()) {
      int leading = Integer.parseInt(cells[0]);
      int from = Integer.parseInt(cells[1]);
      int to = Integer.parseInt(cells[2]);
      long tokens = leading + (long) from * from;
      float[] values = Golden.weights("pos_embed", new long[] {1, tokens, 2});
      NamedParameter parameter =
          NamedParameter.of("pos_embed", Kind.TRAINABLE, 1, leading + (long) to * to, 2);
      Tensor found =
          PositionResampler.resample(parameter, Tensor.of(values, 1, tokens, 2)).orElseThrow();
      double[] expected =
          Arrays.stream(cells[3].split(",", -1)).mapToDouble(Double::parseDouble).toArray();
      assertEquals(expected.length, found.doubles().length);
      Golden.assertClose(expected, found.doubles(), 1e-6, "positions");
    }
  }

  /** PiT's positions lie as an image does: the same values in another order. */
  @Test
  void positionsInTheOrderOfAnImageAreTheSame() {
    int from = 4;
    int to = 7;
    int features = 3;
    Tensor map =
        Tensor.of(
            Golden.weights("pos_embed", new long[] {1, features, from, from}),
            1,
            features,
            from,
            from);
    Tensor resampled =
        PositionResampler.resample(
                NamedParameter.of("pos_embed", Kind.TRAINABLE, 1, features, to, to), map)
            .orElseThrow();
    Tensor tokens = tokens(map);
    Tensor expected =
        PositionResampler.resample(
                NamedParameter.of("pos_embed", Kind.TRAINABLE, 1, (long) to * to, features), tokens)
            .orElseThrow();
    assertArrayEquals(new long[] {1, features, to, to}, resampled.shape());
    Golden.assertClose(expected.doubles(), tokens(resampled).doubles(), 1e-12, "positions");
  }

  private static Tensor tokens(Tensor map) {
    int features = (int) map.shape()[1];
    int pixels = (int) (map.shape()[2] * map.shape()[3]);
    double[] values = map.doubles();
    double[] turned = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      turned[i % pixels * features + i / pixels] = values[i];
    }
    return Tensor.of(turned, 1, pixels, features);
  }

  @Test
  void whatIsNoSquareStays() {
    NamedParameter parameter = NamedParameter.of("pos_embed", Kind.TRAINABLE, 1, 65, 2);
    assertFalse(PositionResampler.resample(parameter, tensor(1, 187, 2)).isPresent());
    assertFalse(PositionResampler.resample(parameter, tensor(1, 197, 3)).isPresent());
    NamedParameter other = NamedParameter.of("weight", Kind.TRAINABLE, 1, 65, 2);
    assertFalse(PositionResampler.resample(other, tensor(1, 197, 2)).isPresent());
  }

  private static Tensor tensor(long... shape) {
    return Tensor.of(new float[(int) (shape[0] * shape[1] * shape[2])], shape);
  }
}
