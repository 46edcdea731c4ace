package io.dmyt.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.Golden;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Weights that are computed from what PyTorch stores in their place. */
class ReparametrizationTest {
  private static TensorSet set(Map<String, Tensor> tensors) {
    StateDict.Builder dict = StateDict.builder();
    tensors.forEach(dict::put);
    StateDict built = dict.build();
    return new TensorSet("", built.origin(), built.types(), Map.of(), () -> built);
  }

  private static long[] shape(JsonNode sizes) {
    return LongStream.range(0, sizes.size()).map(d -> sizes.get((int) d).asLong()).toArray();
  }

  /** What PyTorch wrote and used, of each kind, in double precision. */
  @TestFactory
  Stream<DynamicTest> areThoseOfPyTorch() throws URISyntaxException {
    JsonNode cases =
        Golden.read(
            Path.of(
                ReparametrizationTest.class.getResource("/foreign/reparametrized.json").toURI()));
    List<String> names = new ArrayList<>();
    cases.fieldNames().forEachRemaining(names::add);
    assertEquals(8, names.size());
    return names.stream()
        .map(name -> DynamicTest.dynamicTest(name, () -> assertComputed(cases.get(name))));
  }

  private static void assertComputed(JsonNode reference) {
    Map<String, Tensor> stored = new LinkedHashMap<>();
    reference
        .get("state_dict")
        .properties()
        .forEach(
            entry ->
                stored.put(
                    entry.getKey(),
                    Tensor.of(
                        Golden.doubles(entry.getValue().get("values")),
                        shape(entry.getValue().get("shape")))));
    TensorSet folded = Reparametrization.folded(set(stored));
    assertEquals(Set.of("weight"), folded.types().keySet());
    Tensor weight = folded.read().get("weight");
    assertEquals(folded.type("weight"), weight.type());
    assertArrayEquals(shape(reference.get("shape")), weight.shape());
    assertArrayEquals(Golden.doubles(reference.get("weight")), weight.doubles(), 1e-14);
  }

  /** PyTorch before 1.0 has the computed weight itself, and no v. */
  @Test
  void aStoredWeightIsTakenAsItIs() {
    Tensor weight = Tensor.of(new float[] {1, 2}, 2, 1);
    TensorSet folded =
        Reparametrization.folded(
            set(
                Map.of(
                    "a.weight", weight,
                    "a.weight_orig", Tensor.of(new float[] {3, 6}, 2, 1),
                    "a.weight_u", Tensor.of(new float[] {1, 0}, 2))));
    assertEquals(Set.of("a.weight"), folded.types().keySet());
    assertArrayEquals(new float[] {1, 2}, folded.read().get("a.weight").floats());
  }

  /** Parts that don't belong together stay what they are. */
  @Test
  void whatDoesNotFitIsLeftAlone() {
    Tensor square = Tensor.of(new float[4], 2, 2);
    Tensor three = Tensor.of(new float[3], 3);
    Tensor none = Tensor.of(new float[0], 0, 2);
    Tensor count = Tensor.of(new long[] {1, 2}, 2);
    for (Map<String, Tensor> tensors :
        List.of(
            Map.of("w_g", three, "w_v", square),
            Map.of("w_g", none, "w_v", none),
            Map.of("w_g", square),
            Map.of("w_g", count, "w_v", count),
            Map.of("w_orig", square, "w_mask", three),
            Map.of("w_orig", square, "w_u", three, "w_v", three),
            Map.of("w_orig", square, "w_u", none, "w_v", none),
            Map.of("parametrizations.w.original", square, "parametrizations.w.0.base", square),
            Map.of("w", square, "w_g", square, "w_v", square))) {
      TensorSet set = set(tensors);
      assertSame(set, Reparametrization.folded(set), tensors.keySet().toString());
    }
  }
}
