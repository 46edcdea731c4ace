package io.dmyt.backbone.layer;

import io.dmyt.engine.TestEngine;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The layers that DL4J lacks, on every engine that there is. */
class LayersOnEnginesTest {

  @TestFactory
  Stream<DynamicTest> everyLayer() {
    return TestEngine.all().flatMap(engine -> LayerSweep.everyLayer(engine, (twins, x) -> {}));
  }
}
