package io.dmyt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmyt.backbone.BackboneSpec;
import io.dmyt.backbone.Backbones;
import io.dmyt.data.Interpolation;
import io.dmyt.data.Preprocessing;
import io.dmyt.data.Resizing;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreprocessingKindTest {
  private static final String CLIP = "vit_base_patch32_clip_224.openai";

  @Test
  void namesOfTimm049AreThoseOfTheReferenceUnlessAsked() {
    BackboneSpec vit = Backbones.spec("vit_base_patch16_224");
    assertEquals(PreprocessingKind.REFERENCE, PreprocessingKind.defaultFor(vit));
    assertNull(PreprocessingKind.REFERENCE.of(vit, 224).resizing());
    Preprocessing ofWeights = PreprocessingKind.WEIGHTS.of(vit, 224);
    assertEquals(List.of(0.5, 0.5, 0.5), ofWeights.mean());
    assertEquals(new Resizing(Interpolation.BICUBIC, 0.9, false), ofWeights.resizing());
  }

  @Test
  void otherNamesAreThoseOfTheirWeights() throws Exception {
    BackboneSpec clip = Backbones.spec(CLIP);
    assertEquals(PreprocessingKind.WEIGHTS, PreprocessingKind.defaultFor(clip));
    Preprocessing preprocessing = PreprocessingKind.WEIGHTS.of(clip, 224);
    assertEquals(List.of(0.48145466, 0.4578275, 0.40821073), preprocessing.mean());
    assertEquals(new Resizing(Interpolation.BICUBIC, 0.9, false), preprocessing.resizing());
    ObjectMapper json = new ObjectMapper();
    assertEquals(
        preprocessing, json.readValue(json.writeValueAsString(preprocessing), Preprocessing.class));
  }

  @Test
  void networksOfOnesOwnHaveNone() {
    BackboneSpec own = new BackboneSpec("mine", "mine", 64, 8, "fc", 1e-5);
    assertEquals(PreprocessingKind.REFERENCE, PreprocessingKind.defaultFor(own));
    assertThrows(IllegalArgumentException.class, () -> PreprocessingKind.WEIGHTS.of(own, 64));
  }
}
