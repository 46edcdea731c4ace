package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_nChw16c;
import static org.bytedeco.dnnl.global.dnnl.dnnl_nChw8c;
import static org.bytedeco.dnnl.global.dnnl.dnnl_nhwc;

/** How an image's elements follow each other in memory, by oneDNN's names. */
enum Layout {
  /** A pixel's channels side by side. */
  NHWC(dnnl_nhwc, 1),
  /** Eight channels of a pixel side by side, the last block filled up with zeros. */
  NCHW8C(dnnl_nChw8c, 8),
  /** Sixteen channels of a pixel side by side, the last block filled up with zeros. */
  NCHW16C(dnnl_nChw16c, 16);

  private final int tag;
  private final int block;

  Layout(int tag, int block) {
    this.tag = tag;
    this.block = block;
  }

  /** oneDNN's format tag. */
  int tag() {
    return tag;
  }

  /** Channels that can't be parted. */
  int block() {
    return block;
  }

  boolean blocked() {
    return block > 1;
  }
}
