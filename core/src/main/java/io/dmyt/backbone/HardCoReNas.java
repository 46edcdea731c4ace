package io.dmyt.backbone;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The stages of HardCoRe-NAS, in the notation of {@link MobileBlock}. */
final class HardCoReNas {
  private static final List<String> A =
      List.of(
          "ds_r1_k3_s1_e1_c16_nre",
          "ir_r1_k5_s2_e3_c24_nre ir_r1_k5_s1_e3_c24_nre_se0.25",
          "ir_r1_k5_s2_e3_c40_nre ir_r1_k5_s1_e6_c40_nre_se0.25",
          "ir_r1_k5_s2_e6_c80_se0.25 ir_r1_k5_s1_e6_c80_se0.25",
          "ir_r1_k5_s1_e6_c112_se0.25 ir_r1_k5_s1_e6_c112_se0.25",
          "ir_r1_k5_s2_e6_c192_se0.25 ir_r1_k5_s1_e6_c192_se0.25",
          "cn_r1_k1_s1_c960");

  private static final List<String> B =
      List.of(
          "ds_r1_k3_s1_e1_c16_nre",
          "ir_r1_k5_s2_e3_c24_nre ir_r1_k5_s1_e3_c24_nre_se0.25 ir_r1_k3_s1_e3_c24_nre",
          "ir_r1_k5_s2_e3_c40_nre ir_r1_k5_s1_e3_c40_nre ir_r1_k5_s1_e3_c40_nre",
          "ir_r1_k5_s2_e3_c80 ir_r1_k5_s1_e3_c80 ir_r1_k3_s1_e3_c80 ir_r1_k3_s1_e3_c80",
          "ir_r1_k5_s1_e3_c112 ir_r1_k3_s1_e3_c112 ir_r1_k3_s1_e3_c112 ir_r1_k3_s1_e3_c112",
          "ir_r1_k5_s2_e6_c192_se0.25 ir_r1_k5_s1_e6_c192_se0.25" + " ir_r1_k3_s1_e3_c192_se0.25",
          "cn_r1_k1_s1_c960");

  private static final List<String> C =
      List.of(
          "ds_r1_k3_s1_e1_c16_nre",
          "ir_r1_k5_s2_e3_c24_nre ir_r1_k5_s1_e3_c24_nre_se0.25",
          "ir_r1_k5_s2_e3_c40_nre ir_r1_k5_s1_e3_c40_nre ir_r1_k5_s1_e3_c40_nre"
              + " ir_r1_k5_s1_e3_c40_nre",
          "ir_r1_k5_s2_e4_c80 ir_r1_k5_s1_e6_c80_se0.25 ir_r1_k3_s1_e3_c80" + " ir_r1_k3_s1_e3_c80",
          "ir_r1_k5_s1_e6_c112_se0.25 ir_r1_k3_s1_e3_c112 ir_r1_k3_s1_e3_c112"
              + " ir_r1_k3_s1_e3_c112",
          "ir_r1_k5_s2_e6_c192_se0.25 ir_r1_k5_s1_e6_c192_se0.25" + " ir_r1_k3_s1_e3_c192_se0.25",
          "cn_r1_k1_s1_c960");

  private static final List<String> D =
      List.of(
          "ds_r1_k3_s1_e1_c16_nre",
          "ir_r1_k5_s2_e3_c24_nre_se0.25 ir_r1_k5_s1_e3_c24_nre_se0.25",
          "ir_r1_k5_s2_e3_c40_nre_se0.25 ir_r1_k5_s1_e4_c40_nre_se0.25"
              + " ir_r1_k3_s1_e3_c40_nre_se0.25",
          "ir_r1_k5_s2_e4_c80_se0.25 ir_r1_k3_s1_e3_c80_se0.25 ir_r1_k3_s1_e3_c80_se0.25"
              + " ir_r1_k3_s1_e3_c80_se0.25",
          "ir_r1_k3_s1_e4_c112_se0.25 ir_r1_k5_s1_e4_c112_se0.25"
              + " ir_r1_k3_s1_e3_c112_se0.25 ir_r1_k5_s1_e3_c112_se0.25",
          "ir_r1_k5_s2_e6_c192_se0.25 ir_r1_k5_s1_e6_c192_se0.25"
              + " ir_r1_k5_s1_e6_c192_se0.25 ir_r1_k3_s1_e6_c192_se0.25",
          "cn_r1_k1_s1_c960");

  private static final List<String> E =
      List.of(
          "ds_r1_k3_s1_e1_c16_nre",
          "ir_r1_k5_s2_e3_c24_nre_se0.25 ir_r1_k5_s1_e3_c24_nre_se0.25",
          "ir_r1_k5_s2_e6_c40_nre_se0.25 ir_r1_k5_s1_e4_c40_nre_se0.25"
              + " ir_r1_k5_s1_e4_c40_nre_se0.25 ir_r1_k3_s1_e3_c40_nre_se0.25",
          "ir_r1_k5_s2_e4_c80_se0.25 ir_r1_k3_s1_e6_c80_se0.25",
          "ir_r1_k5_s1_e6_c112_se0.25 ir_r1_k5_s1_e6_c112_se0.25"
              + " ir_r1_k5_s1_e6_c112_se0.25 ir_r1_k5_s1_e3_c112_se0.25",
          "ir_r1_k5_s2_e6_c192_se0.25 ir_r1_k5_s1_e6_c192_se0.25"
              + " ir_r1_k5_s1_e6_c192_se0.25 ir_r1_k3_s1_e6_c192_se0.25",
          "cn_r1_k1_s1_c960");

  private static final List<String> F =
      List.of(
          "ds_r1_k3_s1_e1_c16_nre",
          "ir_r1_k5_s2_e3_c24_nre_se0.25 ir_r1_k5_s1_e3_c24_nre_se0.25",
          "ir_r1_k5_s2_e6_c40_nre_se0.25 ir_r1_k5_s1_e6_c40_nre_se0.25",
          "ir_r1_k5_s2_e6_c80_se0.25 ir_r1_k5_s1_e6_c80_se0.25 ir_r1_k3_s1_e3_c80_se0.25"
              + " ir_r1_k3_s1_e3_c80_se0.25",
          "ir_r1_k3_s1_e6_c112_se0.25 ir_r1_k5_s1_e6_c112_se0.25"
              + " ir_r1_k5_s1_e6_c112_se0.25 ir_r1_k3_s1_e3_c112_se0.25",
          "ir_r1_k5_s2_e6_c192_se0.25 ir_r1_k5_s1_e6_c192_se0.25"
              + " ir_r1_k3_s1_e6_c192_se0.25 ir_r1_k3_s1_e6_c192_se0.25",
          "cn_r1_k1_s1_c960");

  /** By the letters of the models' names. */
  static final Map<String, List<String>> STAGES =
      new TreeMap<>(Map.of("a", A, "b", B, "c", C, "d", D, "e", E, "f", F));

  private HardCoReNas() {}
}
