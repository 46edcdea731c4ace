package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.dmyt.Golden;
import io.dmyt.backbone.NamedParameter.Kind;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.internal.Tsv;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Tables of biases for windows of another size, against timm's. */
class BiasTableResamplerTest {
  private static final String NAME = "relative_position_bias_table";

  private static long positions(int window) {
    return (2L * window - 1) * (2L * window - 1);
  }

  @Test
  void tablesAreTimms() {
    int rows = 0;
    for (String[] cells :
        Tsv.rows(BiasTableResamplerTest.class, "/timm/bias-tables.tsv").toList()) {
      long from = positions(Integer.parseInt(cells[0]));
      long to = positions(Integer.parseInt(cells[1]));
      Tensor found = Tensor.of(Golden.weights(NAME, new long[] {from, 2}), from, 2);
      NamedParameter parameter = NamedParameter.of("layers.0." + NAME, Kind.TRAINABLE, to, 2);
      double[] expected =
          Arrays.stream(cells[2].split(",", -1)).mapToDouble(Double::parseDouble).toArray();
      double[] values = BiasTableResampler.resample(parameter, found).orElseThrow().doubles();
      assertEquals(expected.length, values.length);
      Golden.assertClose(expected, values, 1e-6, "biases");
      rows++;
    }
    assertEquals(7, rows);
  }

  @Test
  void whatIsNoTableStays() {
    NamedParameter parameter = NamedParameter.of(NAME, Kind.TRAINABLE, 49, 2);
    assertFalse(BiasTableResampler.resample(parameter, tensor(170, 2)).isPresent());
    assertFalse(BiasTableResampler.resample(parameter, tensor(144, 2)).isPresent());
    assertFalse(BiasTableResampler.resample(parameter, tensor(169, 3)).isPresent());
    NamedParameter other = NamedParameter.of("weight", Kind.TRAINABLE, 49, 2);
    assertFalse(BiasTableResampler.resample(other, tensor(169, 2)).isPresent());
  }

  private static Tensor tensor(long... shape) {
    return Tensor.of(new float[(int) (shape[0] * shape[1])], shape);
  }
}
