package io.dmyt.data;

/** The filters that the rows of a PNG went through (PNG specification, chapter 9). */
final class PngFilter {
  private PngFilter() {}

  /**
   * Undoes a row's filter.
   *
   * @param x the filter's number, then the row's bytes
   * @param up the row above, undone
   * @param length of the row with the number
   * @param pixelBytes whole bytes of a pixel, at least 1
   * @return whether there is such a filter
   */
  static boolean undo(byte[] x, byte[] up, int length, int pixelBytes) {
    int firstWithLeft = 1 + pixelBytes;
    switch (x[0]) {
      case 0 -> {}
      case 1 -> {
        for (int i = firstWithLeft; i < length; i++) {
          x[i] = (byte) (x[i] + x[i - pixelBytes]);
        }
      }
      case 2 -> {
        for (int i = 1; i < length; i++) {
          x[i] = (byte) (x[i] + up[i]);
        }
      }
      case 3 -> {
        for (int i = 1; i < length; i++) {
          int left = i < firstWithLeft ? 0 : x[i - pixelBytes] & 0xff;
          x[i] = (byte) (x[i] + ((left + (up[i] & 0xff)) >> 1));
        }
      }
      case 4 -> {
        for (int i = 1; i < length; i++) {
          boolean edge = i < firstWithLeft;
          int left = edge ? 0 : x[i - pixelBytes] & 0xff;
          int upLeft = edge ? 0 : up[i - pixelBytes] & 0xff;
          x[i] = (byte) (x[i] + paeth(left, up[i] & 0xff, upLeft));
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private static int paeth(int left, int up, int upLeft) {
    int toLeft = Math.abs(up - upLeft);
    int toUp = Math.abs(left - upLeft);
    int toUpLeft = Math.abs(left + up - 2 * upLeft);
    if (toLeft <= toUp && toLeft <= toUpLeft) {
      return left;
    }
    return toUp <= toUpLeft ? up : upLeft;
  }
}
