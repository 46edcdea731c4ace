package io.dmyt.backbone;

import static io.dmyt.backbone.SearchedCells.left;
import static io.dmyt.backbone.SearchedCells.right;

import java.util.List;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;

/**
 * NASNet-A (large) as timm has it, after Cadene's port of TensorFlow's.
 *
 * <p>Zoph et al., <i>Learning Transferable Architectures for Scalable Image Recognition</i>, CVPR
 * 2018.
 */
final class NasNet {
  private static final int CHANNELS = 168;

  private final NetworkBuilder net;
  private final SearchedCells cells;

  private NasNet(NetworkBuilder net) {
    this.net = net;
    cells = new SearchedCells(net);
    net.initialiseConvolutions((shape, groups) -> Init.pytorchDefault(shape));
  }

  static List<Model> models() {
    return List.of(
        Model.timm("nasnetalarge", "nasnet", net -> new NasNet(net).features()).eps(1e-3));
  }

  private void features() {
    String stem = cells.stem("conv0", 96);
    String before = stem("cell_stem_0", stem);
    String last = secondStem("cell_stem_1", before, stem);
    int cell = 0;
    for (int stage = 0; stage < 3; stage++) {
      int width = CHANNELS << stage;
      if (stage > 0) {
        // The next cell, too, sees the one before the last.
        last = reduction("reduction_cell_" + (stage - 1), last, before, width);
      }
      for (int i = 0; i < 6; i++) {
        String name = "cell_" + cell++;
        String next = i == 0 ? first(name, last, before, width) : normal(name, last, before, width);
        before = last;
        last = next;
      }
    }
    net.relu("act", last);
  }

  private String stem(String name, String input) {
    String point = cells.point(name + ".conv_1x1", input, CHANNELS / 4, 1);
    return halving(name, point, input);
  }

  private String secondStem(String name, String input, String earlier) {
    String point = cells.point(name + ".conv_1x1", input, CHANNELS / 2, 1);
    return halving(name, point, cells.halved(name + ".", earlier, CHANNELS / 2));
  }

  private String reduction(String name, String input, String earlier, int width) {
    String prev = cells.point(name + ".conv_prev_1x1", earlier, width, 1);
    return halving(name, cells.point(name + ".conv_1x1", input, width, 1), prev);
  }

  /**
   * @param a whose channels are the branches'
   * @param b seen by separable convolutions alone
   */
  private String halving(String name, String a, String b) {
    int out = net.channels(a);
    String a0 = cells.separable(left(name, 0), a, 5, 2);
    String sum0 = cells.sum(name, 0, a0, cells.separable(right(name, 0), b, out, 7, 2));
    String max = cells.max(left(name, 1), a, 2);
    String sum1 = cells.sum(name, 1, max, cells.separable(right(name, 1), b, out, 7, 2));
    String mean = cells.average(left(name, 2), a, 2);
    String sum2 = cells.sum(name, 2, mean, cells.separable(right(name, 2), b, out, 5, 2));
    String sum3 = cells.sum(name, 3, cells.average(right(name, 3), sum0, 1), sum1);
    String sum4 = cells.sum(name, 4, cells.separable(left(name, 4), sum0, 3, 1), max);
    return net.concatenate(name, sum1, sum2, sum3, sum4);
  }

  private String first(String name, String input, String earlier, int width) {
    String right = cells.point(name + ".conv_1x1", input, width, 1);
    return combined(name, cells.halved(name + ".", earlier, width), right);
  }

  private String normal(String name, String input, String earlier, int width) {
    String left = cells.point(name + ".conv_prev_1x1", earlier, width, 1);
    return combined(name, left, cells.point(name + ".conv_1x1", input, width, 1));
  }

  private String combined(String name, String l, String r) {
    String r0 = cells.separable(left(name, 0), r, 5, 1);
    String sum0 = cells.sum(name, 0, r0, cells.separable(right(name, 0), l, 3, 1));
    String l1 = cells.separable(left(name, 1), l, 5, 1);
    String sum1 = cells.sum(name, 1, l1, cells.separable(right(name, 1), l, 3, 1));
    String sum2 = cells.sum(name, 2, cells.average(left(name, 2), r, 1), l);
    // The sum of the same mean twice.
    String mean = cells.average(left(name, 3), l, 1);
    String sum3 = net.vertex(SearchedCells.iteration(name, 3), new ScaleVertex(2), mean);
    String sum4 = cells.sum(name, 4, cells.separable(left(name, 4), r, 3, 1), r);
    return net.concatenate(name, l, sum0, sum1, sum2, sum3, sum4);
  }
}
