package io.dmyt.backbone;

import java.util.List;

/** The stages of EfficientNets and their relatives, in the notation of {@link MobileBlock}. */
final class EfficientNetStages {
  static final List<String> B =
      List.of(
          "ds_r1_k3_s1_e1_c16_se0.25",
          "ir_r2_k3_s2_e6_c24_se0.25",
          "ir_r2_k5_s2_e6_c40_se0.25",
          "ir_r3_k3_s2_e6_c80_se0.25",
          "ir_r3_k5_s1_e6_c112_se0.25",
          "ir_r4_k5_s2_e6_c192_se0.25",
          "ir_r1_k3_s1_e6_c320_se0.25");

  static final List<String> LITE = B.stream().map(s -> s.replace("_se0.25", "")).toList();

  static final List<String> EXPERTS =
      List.of(
          B.get(0),
          B.get(1),
          B.get(2),
          B.get(3),
          B.get(4) + "_cc4",
          B.get(5) + "_cc4",
          B.get(6) + "_cc4");

  static final List<String> EDGE =
      List.of(
          "er_r1_k3_s1_e4_c24_fc24_noskip",
          "er_r2_k3_s2_e8_c32",
          "er_r4_k3_s2_e8_c48",
          "ir_r5_k5_s2_e8_c96",
          "ir_r4_k5_s1_e8_c144",
          "ir_r2_k5_s2_e8_c192");

  static final List<String> MOBILENET_V2 =
      List.of(
          "ds_r1_k3_s1_c16",
          "ir_r2_k3_s2_e6_c24",
          "ir_r3_k3_s2_e6_c32",
          "ir_r4_k3_s2_e6_c64",
          "ir_r3_k3_s1_e6_c96",
          "ir_r3_k3_s2_e6_c160",
          "ir_r1_k3_s1_e6_c320");

  static final List<String> V2_BASE =
      List.of(
          "cn_r1_k3_s1_e1_c16_skip",
          "er_r2_k3_s2_e4_c32",
          "er_r2_k3_s2_e4_c48",
          "ir_r3_k3_s2_e4_c96_se0.25",
          "ir_r5_k3_s1_e6_c112_se0.25",
          "ir_r8_k3_s2_e6_c192_se0.25");

  static final List<String> V2_SMALL =
      List.of(
          "cn_r2_k3_s1_e1_c24_skip",
          "er_r4_k3_s2_e4_c48",
          "er_r4_k3_s2_e4_c64",
          "ir_r6_k3_s2_e4_c128_se0.25",
          "ir_r9_k3_s1_e6_c160_se0.25",
          "ir_r15_k3_s2_e6_c256_se0.25");

  /** timm's author's own, whose stages grow unequally. */
  static final List<String> V2_OWN_MEDIUM =
      List.of(
          "er_r3_k3_s1_e1_c24",
          "er_r5_k3_s2_e4_c48",
          "er_r5_k3_s2_e4_c64",
          "ir_r8_k3_s2_e4_c128_se0.25",
          "ir_r15_k3_s1_e6_c160_se0.25",
          "ir_r24_k3_s2_e6_c272_se0.25");

  static final List<String> V2_MEDIUM =
      List.of(
          "cn_r3_k3_s1_e1_c24_skip",
          "er_r5_k3_s2_e4_c48",
          "er_r5_k3_s2_e4_c80",
          "ir_r7_k3_s2_e4_c160_se0.25",
          "ir_r14_k3_s1_e6_c176_se0.25",
          "ir_r18_k3_s2_e6_c304_se0.25",
          "ir_r5_k3_s1_e6_c512_se0.25");

  static final List<String> V2_LARGE =
      List.of(
          "cn_r4_k3_s1_e1_c32_skip",
          "er_r7_k3_s2_e4_c64",
          "er_r7_k3_s2_e4_c96",
          "ir_r10_k3_s2_e4_c192_se0.25",
          "ir_r19_k3_s1_e6_c224_se0.25",
          "ir_r25_k3_s2_e6_c384_se0.25",
          "ir_r7_k3_s1_e6_c640_se0.25");

  static final List<String> V2_HUGE =
      List.of(
          "cn_r4_k3_s1_e1_c32_skip",
          "er_r8_k3_s2_e4_c64",
          "er_r8_k3_s2_e4_c96",
          "ir_r16_k3_s2_e4_c192_se0.25",
          "ir_r24_k3_s1_e6_c256_se0.25",
          "ir_r32_k3_s2_e6_c512_se0.25",
          "ir_r8_k3_s1_e6_c640_se0.25");

  static final List<String> MIXNET_SMALL =
      List.of(
          "ds_r1_k3_s1_e1_c16",
          "ir_r1_k3_a1.1_p1.1_s2_e6_c24 ir_r1_k3_a1.1_p1.1_s1_e3_c24",
          "ir_r1_k3.5.7_s2_e6_c40_se0.5_nsw ir_r3_k3.5_a1.1_p1.1_s1_e6_c40_se0.5_nsw",
          "ir_r1_k3.5.7_p1.1_s2_e6_c80_se0.25_nsw ir_r2_k3.5_p1.1_s1_e6_c80_se0.25_nsw",
          "ir_r1_k3.5.7_a1.1_p1.1_s1_e6_c120_se0.5_nsw"
              + " ir_r2_k3.5.7.9_a1.1_p1.1_s1_e3_c120_se0.5_nsw",
          "ir_r1_k3.5.7.9.11_s2_e6_c200_se0.5_nsw ir_r2_k3.5.7.9_p1.1_s1_e6_c200_se0.5_nsw");

  static final List<String> MIXNET_MEDIUM =
      List.of(
          "ds_r1_k3_s1_e1_c24",
          "ir_r1_k3.5.7_a1.1_p1.1_s2_e6_c32 ir_r1_k3_a1.1_p1.1_s1_e3_c32",
          "ir_r1_k3.5.7.9_s2_e6_c40_se0.5_nsw ir_r3_k3.5_a1.1_p1.1_s1_e6_c40_se0.5_nsw",
          "ir_r1_k3.5.7_s2_e6_c80_se0.25_nsw ir_r3_k3.5.7.9_a1.1_p1.1_s1_e6_c80_se0.25_nsw",
          "ir_r1_k3_s1_e6_c120_se0.5_nsw ir_r3_k3.5.7.9_a1.1_p1.1_s1_e3_c120_se0.5_nsw",
          "ir_r1_k3.5.7.9_s2_e6_c200_se0.5_nsw ir_r3_k3.5.7.9_p1.1_s1_e6_c200_se0.5_nsw");

  static final List<String> MNASNET =
      List.of(
          "ds_r1_k3_s1_c16_noskip",
          "ir_r3_k3_s2_e3_c24",
          "ir_r3_k5_s2_e3_c40",
          "ir_r3_k5_s2_e6_c80",
          "ir_r2_k3_s1_e6_c96",
          "ir_r4_k5_s2_e6_c192",
          "ir_r1_k3_s1_e6_c320_noskip");

  static final List<String> MNASNET_SMALL =
      List.of(
          "ds_r1_k3_s1_c8",
          "ir_r1_k3_s2_e3_c16",
          "ir_r2_k3_s2_e6_c16",
          "ir_r4_k5_s2_e6_c32_se0.25",
          "ir_r3_k3_s1_e6_c32_se0.25",
          "ir_r3_k5_s2_e6_c88_se0.25",
          "ir_r1_k3_s1_e6_c144");

  static final List<String> MOBILENET_V1 =
      List.of(
          "dsa_r1_k3_s1_c64",
          "dsa_r2_k3_s2_c128",
          "dsa_r2_k3_s2_c256",
          "dsa_r6_k3_s2_c512",
          "dsa_r2_k3_s2_c1024");

  static final List<String> MNASNET_EXCITED =
      List.of(
          "ds_r1_k3_s1_e1_c16_noskip",
          "ir_r2_k3_s2_e6_c24",
          "ir_r3_k5_s2_e3_c40_se0.25",
          "ir_r4_k3_s2_e6_c80",
          "ir_r2_k3_s1_e6_c112_se0.25",
          "ir_r3_k5_s2_e6_c160_se0.25",
          "ir_r1_k3_s1_e6_c320");

  static final List<String> FBNET =
      List.of(
          "ir_r1_k3_s1_e1_c16",
          "ir_r1_k3_s2_e6_c24 ir_r2_k3_s1_e1_c24",
          "ir_r1_k5_s2_e6_c32 ir_r1_k5_s1_e3_c32 ir_r1_k5_s1_e6_c32 ir_r1_k3_s1_e6_c32",
          "ir_r1_k5_s2_e6_c64 ir_r1_k5_s1_e3_c64 ir_r2_k5_s1_e6_c64",
          "ir_r3_k5_s1_e6_c112 ir_r1_k5_s1_e3_c112",
          "ir_r4_k5_s2_e6_c184",
          "ir_r1_k3_s1_e6_c352");

  static final List<String> SINGLE_PATH =
      List.of(
          "ds_r1_k3_s1_c16_noskip",
          "ir_r3_k3_s2_e3_c24",
          "ir_r1_k5_s2_e6_c40 ir_r3_k3_s1_e3_c40",
          "ir_r1_k5_s2_e6_c80 ir_r3_k3_s1_e3_c80",
          "ir_r1_k5_s1_e6_c96 ir_r3_k5_s1_e3_c96",
          "ir_r4_k5_s2_e6_c192",
          "ir_r1_k3_s1_e6_c320_noskip");

  private EfficientNetStages() {}
}
