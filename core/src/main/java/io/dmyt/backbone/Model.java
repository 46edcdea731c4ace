package io.dmyt.backbone;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A known network: what it is, and how to build everything up to its last feature map.
 *
 * @param timmName timm's name of a tensor that published weights may have under another one, or
 *     none for one that the network does without
 */
record Model(
    BackboneSpec spec,
    Consumer<NetworkBuilder> features,
    Function<String, Optional<String>> timmName) {

  Model(BackboneSpec spec, Consumer<NetworkBuilder> features) {
    this(spec, features, Optional::of);
  }
}
