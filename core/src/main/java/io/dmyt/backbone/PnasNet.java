package io.dmyt.backbone;

import static io.dmyt.backbone.SearchedCells.left;
import static io.dmyt.backbone.SearchedCells.right;

import java.util.List;

/**
 * PNASNet-5 (large) as timm has it, after Cadene's port of TensorFlow's.
 *
 * <p>Liu et al., <i>Progressive Neural Architecture Search</i>, ECCV 2018.
 */
final class PnasNet {
  private final NetworkBuilder net;
  private final SearchedCells cells;

  private PnasNet(NetworkBuilder net) {
    this.net = net;
    cells = new SearchedCells(net);
    net.initialiseConvolutions((shape, groups) -> Init.pytorchDefault(shape));
  }

  static List<Model> models() {
    return List.of(
        Model.timm("pnasnet5large", "pnasnet", net -> new PnasNet(net).features()).eps(1e-3));
  }

  private void features() {
    String stem = cells.stem("conv_0", 96);
    String before = firstCell("cell_stem_0", stem, 54);
    String last = cell("cell_stem_1", stem, before, 108, 2, true);
    for (int i = 0; i < 12; i++) {
      // Cells 4 and 8 halve height and width; the next one sees what was before as well.
      int stride = i == 4 || i == 8 ? 2 : 1;
      boolean halved = i == 0 || i == 5 || i == 9;
      String next = cell("cell_" + i, before, last, 216 << (i / 4), stride, halved);
      before = last;
      last = next;
    }
    net.relu("act", last);
  }

  private String firstCell(String name, String input, int out) {
    String point = cells.point(name + ".conv_1x1", input, out, 1);
    String left0 = cells.separable(left(name, 0), input, out, 5, 2);
    String pooled = cells.max(right(name, 0) + ".max_pool", input, 2);
    net.conv(right(name, 0) + ".conv", pooled, out, Kernel.of(1, 1, 0));
    String sum0 = cells.sum(name, 0, left0, net.batchNorm(right(name, 0) + ".bn"));
    return rest(name, sum0, input, point, 2);
  }

  /**
   * @param earlier the output of the cell before the last
   * @param halved whether that is twice as high and wide as the last cell's
   */
  private String cell(
      String name, String earlier, String input, int out, int stride, boolean halved) {
    String prefix = name + ".conv_prev_1x1";
    String l =
        halved ? cells.halved(prefix + ".", earlier, out) : cells.point(prefix, earlier, out, 1);
    String r = cells.point(name + ".conv_1x1", input, out, 1);
    String left0 = cells.separable(left(name, 0), l, 5, stride);
    String sum0 = cells.sum(name, 0, left0, cells.max(right(name, 0), l, stride));
    return rest(name, sum0, l, r, stride);
  }

  private String rest(String name, String sum0, String l, String r, int stride) {
    int out = net.channels(r);
    String left1 = cells.separable(left(name, 1), r, 7, stride);
    String max = cells.max(right(name, 1), r, stride);
    String sum1 = cells.sum(name, 1, left1, max);
    String left2 = cells.separable(left(name, 2), r, 5, stride);
    String sum2 = cells.sum(name, 2, left2, cells.separable(right(name, 2), r, 3, stride));
    String sum3 = cells.sum(name, 3, cells.separable(left(name, 3), sum2, 3, 1), max);
    String left4 = cells.separable(left(name, 4), l, out, 3, stride);
    String right4 = stride == 2 ? cells.point(right(name, 4), r, out, 2) : r;
    String sum4 = cells.sum(name, 4, left4, right4);
    return net.concatenate(name, sum0, sum1, sum2, sum3, sum4);
  }
}
