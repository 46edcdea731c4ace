package io.dmyt.video;

/** PQ, the transfer function of SMPTE ST 2084 and ITU-R BT.2100: codes from 0 to 1 for light. */
final class PerceptualQuantizer {
  /** The light of code 1, cd/m². */
  static final double BRIGHTEST = 10_000;

  private static final double M1 = 2610.0 / 16384;
  private static final double M2 = 2523.0 / 4096 * 128;
  private static final double C1 = 3424.0 / 4096;
  private static final double C2 = 2413.0 / 4096 * 32;
  private static final double C3 = 2392.0 / 4096 * 32;

  private PerceptualQuantizer() {}

  /** The code of light in cd/m². */
  static double code(double light) {
    double power = Math.pow(light / BRIGHTEST, M1);
    return Math.pow((C1 + C2 * power) / (1 + C3 * power), M2);
  }

  /** The light of a code, cd/m². */
  static double light(double code) {
    double power = Math.pow(code, 1 / M2);
    return BRIGHTEST * Math.pow(Math.max(0, power - C1) / (C2 - C3 * power), 1 / M1);
  }
}
