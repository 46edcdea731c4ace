package io.dmyt.engine.onednn;

import io.dmyt.engine.Precision;
import java.util.Locale;

/** What an image is made of: its elements' type and their order in memory. */
record Storage(Precision precision, Layout layout) {

  /**
   * @param dims (examples, channels, height, width)
   */
  Format format(NativeScope scope, long... dims) {
    return Format.image(scope, this, dims);
  }

  @Override
  public String toString() {
    return (precision + " " + layout).toLowerCase(Locale.ROOT);
  }
}
