package io.dmyt.hub;

import java.util.Set;

/** What the licences of published weights allow. */
final class Licences {
  private static final Set<String> NON_COMMERCIAL =
      Set.of(
          "apple-amlr", // Apple Machine Learning Research Model
          "cc-by-nc-4.0",
          "fair-noncommercial-research-license",
          "seer-license");

  private Licences() {}

  /**
   * @param licence its SPDX or huggingface.co identifier, in small letters
   */
  static boolean forbidCommercialUse(String licence) {
    return NON_COMMERCIAL.contains(licence);
  }
}
