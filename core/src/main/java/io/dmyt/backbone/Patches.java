package io.dmyt.backbone;

import io.dmyt.internal.Text;

/** The square patches that images are divided into. */
final class Patches {
  private Patches() {}

  /**
   * How many patches the images to come have in a row.
   *
   * @param patch height and width of each in pixels
   * @throws IllegalArgumentException if they don't fill images of a size that isn't the network's
   *     own
   */
  static int inRow(NetworkBuilder net, int patch) {
    int size = net.imageSize();
    // A network's own size may leave a margin, which it doesn't see.
    if (size % patch != 0 && size != net.spec().imageSize()) {
      int nearest = Math.max(1, Math.round((float) size / patch)) * patch;
      throw new IllegalArgumentException(
          Text.format(
              "%s takes images whose height and width are multiples of %d pixels, not %d×%d;"
                  + " the nearest size is %d",
              net.spec().name(), patch, size, size, nearest));
    }
    return size / patch;
  }
}
