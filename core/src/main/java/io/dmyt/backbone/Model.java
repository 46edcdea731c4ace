package io.dmyt.backbone;

import java.util.function.Consumer;

/** A known network: what it is, and how to build everything up to its last feature map. */
record Model(BackboneSpec spec, Consumer<Net> features) {}
