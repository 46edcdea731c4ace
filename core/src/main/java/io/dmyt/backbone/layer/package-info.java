/**
 * Layers that DL4J lacks: activations, normalisations, convolutions and attention as timm's
 * networks have them.
 *
 * <p>Each is a vertex that defines its computation once, as a {@link
 * org.nd4j.autodiff.samediff.SameDiff} graph, and so runs and trains on every backend that ND4J
 * has. A saved network with such a vertex opens in programs that have this library on their class
 * path.
 *
 * <p>A new one extends {@link io.dmyt.backbone.layer.FunctionVertex}.
 */
@NullMarked
package io.dmyt.backbone.layer;

import org.jspecify.annotations.NullMarked;
