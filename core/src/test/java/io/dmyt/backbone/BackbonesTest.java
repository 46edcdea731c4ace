package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.backbone.NamedParameter.Kind;
import io.dmyt.hub.RemoteFile;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

class BackbonesTest {
  /** Sizes of MLP-Mixer that timm has without weights. */
  private static final Set<String> NOT_PUBLISHED =
      Set.of("mixer_s32_224", "mixer_s16_224", "mixer_b32_224", "mixer_l32_224");

  static Set<String> names() {
    return Backbones.names();
  }

  /** Parameters with 1000 classes as timm and torchvision publish them, and multiply-adds. */
  @ParameterizedTest
  @CsvSource({
    "xception, 22855952, 8.40",
    "resnet18, 11689512, 1.81",
    "resnet34, 21797672, 3.66",
    "resnet50, 25557032, 4.09",
    "resnet101, 44549160, 7.80",
    "resnet152, 60192808, 11.51",
    "wide_resnet50_2, 68883240, 11.40",
    "resnext50_32x4d, 25028904, 4.23",
    "efficientnet_b0, 5288548, 0.39",
    "efficientnet_b1, 7794184, 0.59",
    "efficientnet_b2, 9109994, 0.88",
    "efficientnet_b3, 12233232, 1.58",
    "efficientnet_b4, 19341616, 3.12",
    "tf_efficientnet_b0, 5288548, 0.39",
    "tf_efficientnet_b1, 7794184, 0.69",
    "tf_efficientnet_b2, 9109994, 1.00",
    "tf_efficientnet_b3, 12233232, 1.83",
    "tf_efficientnet_b4, 19341616, 4.39",
    "tf_efficientnet_b5, 30389784, 10.27",
    "tf_efficientnet_b6, 43040704, 19.07",
    "tf_efficientnet_b7, 66347960, 37.75",
    "mobilenetv2_100, 3504872, 0.30",
    "mobilenetv3_large_100, 5483032, 0.22",
    "mobilenetv3_small_100, 2542856, 0.06",
    "densenet121, 7978856, 2.83",
    "vgg16_bn, 138365992, 15.47",
    "inception_v3, 23834568, 5.71",
    "vit_deit_tiny_patch16_224, 5717416, 1.26",
    "vit_base_patch16_224, 86567656, 17.58",
    "vit_base_patch32_384, 88297192, 13.06",
    "pit_s_224, 23461912, 2.88",
    "swin_tiny_patch4_window7_224, 28288354, 4.5"
  })
  void sizesAsPublished(String name, long parameters, double gigaMultiplyAdds) {
    BackboneSpec spec = Backbones.spec(name);
    long classifier = 1000L * (spec.embeddingSize() + 1);
    assertEquals(parameters, spec.parameters() + classifier);
    assertEquals(gigaMultiplyAdds, spec.flops() / 1e9, 0.01 + 0.02 * gigaMultiplyAdds);
  }

  @ParameterizedTest
  @MethodSource("names")
  void stateDictsAreWellFormed(String name) {
    Architecture architecture =
        Architecture.of(Backbones.model(name), BackboneOptions.defaults().withClasses(3));
    Set<String> seen = new HashSet<>();
    for (ParameterBinding binding : architecture.bindings()) {
      NamedParameter parameter = binding.parameter();
      assertTrue(seen.add(parameter.name()), "twice: " + parameter.name());
      if (parameter.name().endsWith(".num_batches_tracked")) {
        assertEquals(Kind.COUNTER, parameter.kind());
      } else if (parameter.name().matches(".*\\.(attn_mask|relative_position_index)")) {
        assertEquals(Kind.CONSTANT, parameter.kind());
      } else if (parameter.kind() == Kind.SHARED) {
        // CoaT's position encodings, one module for several blocks.
        assertTrue(parameter.name().matches(".*\\.c?r?pe\\..*"), parameter.name());
      } else {
        assertEquals(
            parameter.name().contains(".running_") ? Kind.STATISTIC : Kind.TRAINABLE,
            parameter.kind());
      }
    }
    String classifier = architecture.spec().classifier();
    assertTrue(seen.contains(classifier + ".weight"));
    assertTrue(seen.contains(classifier + ".bias"));
  }

  @ParameterizedTest
  @MethodSource("names")
  void publishedWeightsComeOverHttps(String name) {
    Optional<RemoteFile> file = Backbones.publishedWeights(name);
    assertEquals(NOT_PUBLISHED.contains(name), file.isEmpty());
    file.ifPresent(remote -> assertEquals("https", remote.url().getScheme()));
  }

  /** Their publishers gave these no name with a hash in it. */
  @Test
  void fewPublishedWeightsCannotBeChecked() {
    assertEquals(
        List.of(
            "efficientnet_es_pruned",
            "efficientnet_el",
            "efficientnet_el_pruned",
            "mobilenetv3_large_100_miil",
            "mobilenetv3_large_100_miil_in21k",
            "ghostnet_100",
            "tresnet_m",
            "tresnet_m_miil_in21k",
            "vit_base_patch16_224_miil",
            "vit_base_patch16_224_miil_in21k",
            "cait_xxs24_224",
            "cait_xxs24_384",
            "cait_xxs36_224",
            "cait_xxs36_384",
            "cait_xs24_384",
            "cait_s24_224",
            "cait_s24_384",
            "cait_s36_384",
            "cait_m36_384",
            "cait_m48_448",
            "tnt_s_patch16_224",
            "pit_ti_224",
            "pit_ti_distilled_224",
            "pit_xs_224",
            "pit_xs_distilled_224",
            "pit_s_224",
            "pit_s_distilled_224",
            "pit_b_224",
            "pit_b_distilled_224",
            "swin_tiny_patch4_window7_224",
            "swin_small_patch4_window7_224",
            "swin_base_patch4_window7_224",
            "swin_base_patch4_window7_224_in22k",
            "swin_base_patch4_window12_384",
            "swin_base_patch4_window12_384_in22k",
            "swin_large_patch4_window7_224",
            "swin_large_patch4_window7_224_in22k",
            "swin_large_patch4_window12_384",
            "swin_large_patch4_window12_384_in22k",
            "vit_huge_patch14_gap_224",
            "vit_huge_patch16_gap_448",
            "vit_giant_patch16_gap_224"),
        Backbones.names().stream()
            .filter(
                n -> {
                  if (NOT_PUBLISHED.contains(n)) {
                    return false;
                  }
                  RemoteFile file = Backbones.publishedWeights(n).orElseThrow();
                  // huggingface.co announces the whole hash when it is asked for the file.
                  return file.sha256().isEmpty() && !file.url().getHost().equals("huggingface.co");
                })
            .toList());
  }

  @Test
  void advPropAndNoisyStudentAreTheSameNetwork() {
    for (String training : new String[] {"_ap", "_ns"}) {
      for (int b = 0; b <= 7; b++) {
        BackboneSpec plain = Backbones.spec("tf_efficientnet_b" + b);
        BackboneSpec other = Backbones.spec(plain.name() + training);
        assertEquals(plain.parameters(), other.parameters());
        assertEquals(plain.imageSize(), other.imageSize());
        assertEquals(1e-3, other.batchNormEps());
      }
    }
  }

  @Test
  void unknownNameListsTheClosestFive() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Backbones.spec("Xceptoin"));
    assertTrue(e.getMessage().contains("did you mean xception?"), e.getMessage());
    String others = e.getMessage().substring(e.getMessage().indexOf("Also close: ") + 12);
    String[] names = others.split(", ", -1);
    assertEquals(4, names.length, e.getMessage());
    assertTrue(Backbones.names().containsAll(Set.of(names)), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"inception_v3, 74, Mixed_7a", "xception, 2, conv1"})
  void tooSmallImagesAreRefused(String name, int size, String where) {
    BackboneOptions options =
        BackboneOptions.defaults().withImageSize(size).withRandomWeights(false);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Backbones.create(name, options));
    assertTrue(e.getMessage().contains(where), e.getMessage());
  }

  @Test
  void optionsCheckThemselves() {
    BackboneOptions options = BackboneOptions.defaults();
    assertThrows(IllegalArgumentException.class, () -> options.withImageSize(-1));
    assertThrows(IllegalArgumentException.class, () -> options.withClasses(1));
    assertThrows(IllegalArgumentException.class, () -> options.withClasses(-1));
    assertThrows(IllegalArgumentException.class, () -> options.withDataType(DataType.INT32));
  }
}
