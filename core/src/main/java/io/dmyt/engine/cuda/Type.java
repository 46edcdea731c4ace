package io.dmyt.engine.cuda;

import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_BFLOAT16;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_FLOAT;

/** What elements are stored as. */
enum Type {
  F32("float", 4, CUDNN_DATA_FLOAT),
  BF16("bf16", 2, CUDNN_DATA_BFLOAT16),
  /** A pooling window's position. */
  BYTE("unsigned char", 1, -1);

  private final String code;
  private final int bytes;
  private final int cudnn;

  Type(String code, int bytes, int cudnn) {
    this.code = code;
    this.bytes = bytes;
    this.cudnn = cudnn;
  }

  /** In a kernel's source. */
  String code() {
    return code;
  }

  int bytes() {
    return bytes;
  }

  /** As {@code cudnnDataType_t}. */
  int cudnn() {
    return cudnn;
  }
}
