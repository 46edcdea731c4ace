package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.engine.ElementwiseFunction;
import io.dmyt.engine.KernelGeometry;
import io.dmyt.engine.Operation;
import io.dmyt.engine.Precision;
import io.dmyt.engine.Requires;
import io.dmyt.engine.onednn.Attributes.PostOp;
import io.dmyt.engine.onednn.Primitives.Geometry;
import java.util.List;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.junit.jupiter.api.Test;

@Requires(Requires.Machine.ONEDNN)
class KernelTimerTest {
  private static final PostOp RELU =
      new PostOp.Apply(new Operation.Elementwise(ElementwiseFunction.RELU));

  private static dnnl_primitive_desc convolution(NativeScope scope, PostOp... postOps) {
    Storage storage = new Storage(Precision.F32, Layout.NHWC);
    Format image = storage.format(scope, new long[] {2, 32, 8, 8});
    return new ConvolutionPrimitives(
            scope,
            image,
            Format.any(scope, Precision.F32, 32, 32, 1, 1),
            null,
            image,
            Geometry.of(KernelGeometry.point(), 8, 8))
        .forward(false, List.of(postOps));
  }

  @Test
  void onlyPostOpsWithATensorOfTheirOwnHaveOperands() {
    try (NativeScope scope = new NativeScope()) {
      assertEquals(
          List.of(), KernelTimer.operands(convolution(scope, new PostOp.Accumulate(), RELU)));
      assertEquals(
          List.of(DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * 2 | DNNL_ARG_SRC_1),
          KernelTimer.operands(convolution(scope, RELU, new PostOp.Add())));
      assertEquals(List.of(), KernelTimer.operands(convolution(scope)));
    }
  }

  @Test
  void timesEveryKindOfPostOp() {
    try (NativeScope scope = new NativeScope();
        KernelTimer timer = new KernelTimer()) {
      for (dnnl_primitive_desc each :
          List.of(
              convolution(scope),
              convolution(scope, new PostOp.Accumulate(), RELU),
              convolution(scope, new PostOp.Add(), RELU),
              convolution(scope, RELU, new PostOp.Add()))) {
        double seconds = timer.seconds(each, Double.POSITIVE_INFINITY);
        assertTrue(seconds > 0 && seconds < Double.POSITIVE_INFINITY, () -> seconds + " s");
      }
    }
  }
}
