package io.dmyt.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TimmWeightsTest {
  @Test
  void knowsAllSetsOfWeights() {
    assertEquals(1722, TimmWeights.entries().size());
    for (TimmWeights.Entry entry : TimmWeights.entries().values()) {
      assertEquals("https", entry.file().url().getScheme(), entry.name());
      assertEquals(3, entry.mean().size(), entry.name());
      assertEquals(3, entry.deviation().size(), entry.name());
      assertTrue(entry.deviation().stream().allMatch(d -> d > 0), entry.name());
      assertTrue(entry.crop() > 0.5 && entry.crop() < 1.2, entry.name());
      assertFalse(entry.classifiers().get(0).isEmpty(), entry.name());
    }
  }

  @Test
  void saysWhatTimmSaysOfOneSet() {
    TimmWeights.Entry clip = TimmWeights.find("vit_base_patch32_clip_224.openai").orElseThrow();
    assertEquals("vit_base_patch32_clip_224", clip.architecture());
    assertEquals(
        "https://huggingface.co/timm/vit_base_patch32_clip_224.openai/resolve/main/model.safetensors",
        clip.file().url().toString());
    assertEquals("vit_base_patch32_clip_224.openai.safetensors", clip.file().name());
    assertEquals(List.of(0.48145466, 0.4578275, 0.40821073), clip.mean());
    assertEquals(List.of(0.26862954, 0.26130258, 0.27577711), clip.deviation());
    assertEquals("bicubic", clip.interpolation());
    assertEquals(0.9, clip.crop());
    assertEquals(224, clip.imageSize());
    assertEquals("apache-2.0", clip.licence());
    assertFalse(clip.nonCommercial());
  }

  @Test
  void filesBesideTheHubHaveTheirHashInTheirName() {
    RemoteFile file = TimmWeights.find("legacy_senet154.in1k").orElseThrow().file();
    assertEquals("legacy_senet154-e9eb9fe6.pth", file.name());
    assertEquals(Optional.of("e9eb9fe6"), file.sha256());
  }

  @Test
  void anArchitectureAloneMeansWhatTimmTakesByDefault() {
    assertEquals(
        "convnext_tiny.in12k_ft_in1k", TimmWeights.find("convnext_tiny").orElseThrow().name());
    assertEquals(Optional.empty(), TimmWeights.find("convnext_tiny.of_nobody"));
  }

  @Test
  void oldNamesLeadToCurrentOnes() {
    assertEquals(
        Optional.of("tf_efficientnet_b4.ns_jft_in1k"),
        TimmWeights.currentName("tf_efficientnet_b4_ns"));
    assertEquals(Optional.empty(), TimmWeights.currentName("resnet50"));
  }

  @Test
  void licencesThatForbidCommercialUseAreTold() {
    assertTrue(TimmWeights.find("convnextv2_atto.fcmae_ft_in1k").orElseThrow().nonCommercial());
    assertFalse(TimmWeights.find("resnet50.a1_in1k").orElseThrow().nonCommercial());
  }

  @Test
  void openAisClipIsToldToHaveBeenTrainedWithQuickGelu() {
    assertEquals(
        Optional.of("vit_base_patch32_clip_quickgelu_224.openai"),
        TimmWeights.trainedAs("vit_base_patch32_clip_224.openai"));
    assertEquals(Optional.empty(), TimmWeights.trainedAs("vit_base_patch32_clip_224.laion2b"));
    assertEquals(
        Optional.empty(), TimmWeights.trainedAs("vit_base_patch32_clip_quickgelu_224.openai"));
  }
}
