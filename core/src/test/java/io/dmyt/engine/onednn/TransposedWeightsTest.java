package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_IOhw8o16i2o;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.engine.Precision;
import io.dmyt.engine.Requires;
import io.dmyt.internal.Address;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Requires(Requires.Machine.ONEDNN)
class TransposedWeightsTest {

  /** Whole blocks, and last blocks with less in them. */
  @ParameterizedTest
  @CsvSource({"16, 16", "32, 64", "48, 16", "17, 16", "16, 31", "9, 5", "728, 40"})
  void areBitForBitWhatOneDnnMakes(int outputs, int inputs) {
    long[] dims = {outputs, inputs, 1, 1};
    try (NativeScope scope = new NativeScope()) {
      Emitter emit = new Emitter(scope);
      Format format = Format.tagged(scope, Precision.BF16, dnnl_IOhw8o16i2o, dims);
      Tensor weights = emit.kept(Format.plain(scope, dims));
      Tensor expected = emit.kept(format);
      Tensor found = emit.kept(format);
      assertTrue(TransposedWeights.knows(format, weights.format(), scope));
      Address.write(weights.address(), values(outputs * inputs));
      emit.reorder(weights, expected);
      emit.steps(Emitter.Phase.FORWARD).forEach(Runnable::run);
      TransposedWeights.convert(dims, weights.address(), found.address());
      assertArrayEquals(bits(expected), bits(found));
    }
  }

  /** Only large ones are worth the wait for Java's threads. */
  @ParameterizedTest
  @CsvSource({"1024, 1024, weights in pairs", "1023, 1024, reorder"})
  void largeOnesAreConvertedHere(int outputs, int inputs, String action) {
    long[] dims = {outputs, inputs, 1, 1};
    try (NativeScope scope = new NativeScope()) {
      Emitter emit = new Emitter(scope);
      Format format = Format.tagged(scope, Precision.BF16, dnnl_IOhw8o16i2o, dims);
      TransposedWeights.in(format, emit.kept(Format.plain(scope, dims)), emit);
      assertEquals(List.of(action), emit.kernels().stream().map(Emitter.Kernel::action).toList());
    }
  }

  @Test
  void otherFormatsAreLeftToOneDnn() {
    try (NativeScope scope = new NativeScope()) {
      long[] wide = {32, 32, 3, 3};
      Format nine = Format.tagged(scope, Precision.BF16, dnnl_IOhw8o16i2o, wide);
      assertFalse(TransposedWeights.knows(nine, Format.plain(scope, wide), scope));
      long[] dims = {32, 32, 1, 1};
      Format floats = Format.tagged(scope, Precision.F32, dnnl_IOhw8o16i2o, dims);
      assertFalse(TransposedWeights.knows(floats, Format.plain(scope, dims), scope));
      Format format = Format.tagged(scope, Precision.BF16, dnnl_IOhw8o16i2o, dims);
      Format turned = Format.strided(scope, dims, new long[] {1, 32, 1, 1});
      assertFalse(TransposedWeights.knows(format, turned, scope));
    }
  }

  /** Values of any size, ties between two bfloat16s, and what is no number. */
  private static float[] values(int length) {
    float[] special = {
      0,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.NaN,
      Float.MAX_VALUE,
      Float.intBitsToFloat(0x3F808000),
      Float.intBitsToFloat(0x3F818000)
    };
    Random random = new Random(length);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] =
          i % 5 == 0
              ? special[i / 5 % special.length]
              : (float) (random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20));
    }
    return values;
  }

  private static short[] bits(Tensor tensor) {
    assertEquals(0, tensor.format().bytes() % Short.BYTES);
    short[] bits = new short[(int) (tensor.format().bytes() / Short.BYTES)];
    Address.shorts(tensor.address(), bits.length).get(bits);
    return bits;
  }
}
