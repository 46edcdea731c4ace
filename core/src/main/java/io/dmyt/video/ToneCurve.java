package io.dmyt.video;

/**
 * The tone curve of Report ITU-R BT.2390 (the EETF of its section 5.4.1) with black left as it is:
 * up to a knee light stays as it is, and from there to the source's peak a Hermite spline leads to
 * the screen's.
 */
final class ToneCurve {
  /** PQ's code of the source's peak. */
  private final double source;

  /** PQ's code of the screen's peak, as a share of the source's. */
  private final double most;

  private final double knee;

  /**
   * @param sourcePeak the brightest light that comes in, cd/m²
   * @param screenPeak the brightest light that may come out, cd/m², at most the source's
   */
  ToneCurve(double sourcePeak, double screenPeak) {
    source = PerceptualQuantizer.code(sourcePeak);
    most = PerceptualQuantizer.code(screenPeak) / source;
    knee = 1.5 * most - 0.5;
  }

  /**
   * The light that is shown.
   *
   * @param light cd/m²; beyond the source's peak it counts as that
   */
  double at(double light) {
    double code = Math.min(1, PerceptualQuantizer.code(light) / source);
    if (code <= knee) {
      return light;
    }
    double t = (code - knee) / (1 - knee);
    double squared = t * t;
    double cubed = squared * t;
    double mapped =
        (2 * cubed - 3 * squared + 1) * knee
            + (cubed - 2 * squared + t) * (1 - knee)
            + (-2 * cubed + 3 * squared) * most;
    return PerceptualQuantizer.light(mapped * source);
  }
}
