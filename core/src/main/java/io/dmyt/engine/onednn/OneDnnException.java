package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_invalid_arguments;
import static org.bytedeco.dnnl.global.dnnl.dnnl_last_impl_reached;
import static org.bytedeco.dnnl.global.dnnl.dnnl_not_required;
import static org.bytedeco.dnnl.global.dnnl.dnnl_out_of_memory;
import static org.bytedeco.dnnl.global.dnnl.dnnl_runtime_error;
import static org.bytedeco.dnnl.global.dnnl.dnnl_unimplemented;

/** A oneDNN call failed; the message names the call and oneDNN's status. */
public final class OneDnnException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  OneDnnException(String call, int status) {
    super(call + " failed: " + statusName(status));
    this.status = status;
  }

  /** True when oneDNN has no implementation for what was asked. */
  boolean unimplemented() {
    return status == dnnl_unimplemented;
  }

  private static String statusName(int status) {
    return switch (status) {
      case dnnl_out_of_memory -> "out of memory";
      case dnnl_invalid_arguments -> "invalid arguments";
      case dnnl_unimplemented -> "unimplemented";
      case dnnl_last_impl_reached -> "last implementation reached";
      case dnnl_runtime_error -> "runtime error";
      case dnnl_not_required -> "not required";
      default -> "status " + status;
    };
  }
}
