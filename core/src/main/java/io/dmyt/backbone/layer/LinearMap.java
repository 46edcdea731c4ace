package io.dmyt.backbone.layer;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;

/** Linear maps along one axis of an image, such as blurring or resizing. */
final class LinearMap {
  private LinearMap() {}

  /**
   * Maps the rows and the columns of every channel.
   *
   * @param image [batch, channels, height, width], an input of the vertex
   * @param vertical [new height][height]
   * @param horizontal [new width][width]
   * @return [batch, channels, new height, new width]
   */
  static SDVariable apply(
      SameDiff graph, SDVariable image, double[][] vertical, double[][] horizontal) {
    long[] shape = image.getShape();
    long channels = shape[0] * shape[1];
    long height = shape[2];
    SDVariable wide =
        image
            .reshape(channels * height, shape[3])
            .mmul(transposed(graph, horizontal, image))
            .reshape(channels, height, horizontal.length);
    return wide.permute(0, 2, 1)
        .reshape(channels * horizontal.length, height)
        .mmul(transposed(graph, vertical, image))
        .reshape(shape[0], shape[1], horizontal.length, vertical.length)
        .permute(0, 1, 3, 2);
  }

  private static SDVariable transposed(SameDiff graph, double[][] map, SDVariable like) {
    return graph.constant(Nd4j.createFromArray(map).transpose().castTo(like.dataType()).dup('c'));
  }
}
