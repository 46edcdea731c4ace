/**
 * Where in an image a detector's verdict comes from: {@link io.dmyt.evaluation.explain.GradCam}
 * makes heat maps, {@link io.dmyt.evaluation.explain.HeatMap} lays them over the image.
 */
package io.dmyt.evaluation.explain;
