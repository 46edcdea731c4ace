/**
 * Where in an image a detector's verdict comes from: {@link io.dmyt.evaluation.explain.GradCam}
 * makes heat maps, {@link io.dmyt.evaluation.explain.HeatMap} lays them over the image.
 */
@NullMarked
package io.dmyt.evaluation.explain;

import org.jspecify.annotations.NullMarked;
