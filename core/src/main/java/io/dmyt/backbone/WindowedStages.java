package io.dmyt.backbone;

import io.dmyt.internal.Text;
import java.util.List;

/** The maps of a network that attends within windows, and halves its map between stages. */
final class WindowedStages {
  /** No map is larger, in patches. */
  private static final int MOST = 1024;

  private final int side;
  private final List<Integer> windows;

  /**
   * Windows of a block.
   *
   * @param size of the map, in tokens
   * @param window height and width in tokens
   * @param shift by which they lie further down and right
   */
  record Shifted(int size, int window, int shift) {}

  /**
   * @param patch height and width in pixels
   * @param windows of each stage, height and width in tokens
   * @throws IllegalArgumentException if windows don't fill the maps of images of this size
   */
  WindowedStages(NetworkBuilder net, int patch, List<Integer> windows) {
    this.windows = windows;
    side = Patches.inRow(net, patch);
    if (!fits(side)) {
      throw new IllegalArgumentException(
          Text.format(
              "%s can't divide images of %d×%d pixels into its windows; the nearest size is %d",
              net.spec().name(), net.imageSize(), net.imageSize(), nearest() * patch));
    }
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
    return side >> stage;
  }

  /** A block's windows: every other's are shifted, unless one is all of the map. */
  Shifted windows(int stage, int block) {
    int size = size(stage);
    int window = windows.get(stage);
    return new Shifted(
        size, Math.min(window, size), block % 2 == 1 && size > window ? window / 2 : 0);
  }
}
