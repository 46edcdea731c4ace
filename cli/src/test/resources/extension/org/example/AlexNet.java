package org.example;

import io.dmyt.backbone.BackboneFamily;
import io.dmyt.backbone.BackboneSpec;
import io.dmyt.backbone.Kernel;
import io.dmyt.backbone.Model;
import io.dmyt.backbone.NetworkBuilder;
import java.util.List;

/** AlexNet's first layers, with batch norm. */
public final class AlexNet implements BackboneFamily {
  @Override
  public List<Model> models() {
    BackboneSpec spec = new BackboneSpec("alexnet_bn", "alexnet", 224, 256, "fc", 1e-5);
    return List.of(new Model(spec, AlexNet::features));
  }

  private static void features(NetworkBuilder net) {
    net.conv("conv1", 64, Kernel.of(11, 4, 2));
    net.batchNorm("bn1");
    net.relu("act1");
    net.maxPool("pool1", Kernel.of(3, 2, 0));
    net.conv("conv2", 256, Kernel.centred(5, 1));
    net.batchNorm("bn2");
    net.relu("act2");
  }
}
