package io.dmyt.backbone;

import io.dmyt.backbone.layer.PatchMerging;
import io.dmyt.backbone.layer.WindowCropping;
import io.dmyt.backbone.layer.WindowPadding;
import io.dmyt.internal.Text;
import java.util.List;
import java.util.Map;

/** The maps of a network that attends within windows, and halves its map between stages. */
final class WindowedStages {
  /** No map is larger, in patches. */
  private static final int MOST = 1024;

  private final NetworkBuilder net;
  private final int side;
  private final List<Integer> windows;
  private final boolean pads;

  /**
   * Windows of a block.
   *
   * @param size of the map, in tokens
   * @param window height and width in tokens
   * @param shift by which they lie further down and right
   */
  record Shifted(int size, int window, int shift) {

    /** The map that windows fill, with the tokens of zeros below and on the right. */
    int padded() {
      return (size + window - 1) / window * window;
    }
  }

  /**
   * Of a network that takes what windows fill: timm 0.4.9's.
   *
   * @param patch height and width in pixels
   * @param windows of each stage, height and width in tokens
   * @throws IllegalArgumentException if windows don't fill the maps of images of this size
   */
  static WindowedStages filled(NetworkBuilder net, int patch, List<Integer> windows) {
    WindowedStages stages = new WindowedStages(net, patch, windows, false);
    if (!stages.fits(stages.side)) {
      throw new IllegalArgumentException(
          Text.format(
              "%s can't divide images of %d×%d pixels into its windows; the nearest size is %d",
              net.spec().name(), net.imageSize(), net.imageSize(), stages.nearest() * patch));
    }
    return stages;
  }

  /**
   * Of a network that fills maps up with zeros until windows do, and an odd one before it is
   * halved: timm 1.0.29's.
   *
   * @param patch height and width in pixels
   * @param windows of each stage, height and width in tokens
   * @param least height and width of the last stage's windows in tokens
   * @throws IllegalArgumentException if images are too small for that
   */
  static WindowedStages padded(NetworkBuilder net, int patch, List<Integer> windows, int least) {
    WindowedStages stages = new WindowedStages(net, patch, windows, true);
    int halved = windows.size() - 1;
    if (stages.side >> halved < least) {
      throw new IllegalArgumentException(
          Text.format(
              "%s has no windows left in the last stage for images of %d×%d pixels; the nearest"
                  + " size is %d",
              net.spec().name(), net.imageSize(), net.imageSize(), (least << halved) * patch));
    }
    return stages;
  }

  private WindowedStages(NetworkBuilder net, int patch, List<Integer> windows, boolean pads) {
    this.net = net;
    this.windows = windows;
    this.pads = pads;
    side = Patches.inRow(net, patch);
  }

  private int nearest() {
    int distance = 1;
    while (distance < MOST && !fits(side - distance) && !fits(side + distance)) {
      distance++;
    }
    return fits(side - distance) ? side - distance : side + distance;
  }

  /** Whether the map can be halved behind every stage but the last, and windows fill it there. */
  private boolean fits(int map) {
    int size = map;
    for (int stage = 0; stage < windows.size(); stage++) {
      int window = windows.get(stage);
      boolean filled = size <= window || size % window == 0;
      boolean halves = stage == windows.size() - 1 || size % 2 == 0;
      if (size < 1 || !filled || !halves) {
        return false;
      }
      size /= 2;
    }
    return true;
  }

  /** Height and width of a stage's map in tokens. */
  int size(int stage) {
    return pads ? (side + (1 << stage) - 1) >> stage : side >> stage;
  }

  /**
   * A block's windows: every other's are shifted, unless one is all of the map. As timm does, they
   * are chosen for the map's size without what odd maps are filled up with.
   */
  Shifted windows(int stage, int block) {
    int size = side >> stage;
    int window = windows.get(stage);
    return new Shifted(
        size(stage), Math.min(window, size), block % 2 == 1 && size > window ? window / 2 : 0);
  }

  /** A map's tokens, and those of zeros that windows need. */
  String pad(String block, Shifted w, String from) {
    return w.padded() == w.size()
        ? from
        : net.function(block + ".pad", new WindowPadding(w.size(), w.window(), w.shift()), from);
  }

  /** The tokens of the map alone. */
  String crop(String block, Shifted w, String from) {
    return w.padded() == w.size()
        ? from
        : net.function(block + ".crop", new WindowCropping(w.size(), w.window(), w.shift()), from);
  }

  /** Each square of four tokens of a stage's map as one, with zeros beyond an odd map's edges. */
  String squares(String name, int stage, String from) {
    int size = size(stage);
    int width = net.channels(from);
    String even = pad(name, new Shifted(size, 2, 0), from);
    return net.function(
        name, name, new PatchMerging((size + 1) / 2 * 2, width), 4 * width, Map.of(), even);
  }
}
