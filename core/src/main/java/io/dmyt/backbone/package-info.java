/**
 * Networks by timm's names as DL4J graphs, of DL4J's own layers where it has them, and how their
 * parameters are named in a state dict.
 *
 * <pre>{@code
 * Backbone backbone = Backbones.create("efficientnet_b0");
 * try (StateDict weights = Checkpoints.open(Path.of("efficientnet_b0.pth"))) {
 *   backbone.loadPretrained(weights);
 * }
 * INDArray embeddings = backbone.embed(images);
 * }</pre>
 *
 * <p>{@link io.dmyt.backbone.Backbones} knows the networks, {@link io.dmyt.backbone.BackboneSpec}
 * says what one is, and {@link io.dmyt.backbone.Backbone} is one: a graph, its parameters, its
 * loss. {@link io.dmyt.backbone.BatchNormStatistics} is for those who train.
 *
 * <h2>Adding a family</h2>
 *
 * A family is one small class and one line in {@code Backbones}. The class says what each model is
 * and writes its layers in the order of timm's constructors, with timm's names; everything else
 * follows: the state dict, the initial weights, sizes and costs, saving and attaching. AlexNet with
 * batch norm and without its dense layers would be:
 *
 * <pre>{@code
 * final class AlexNet {
 *   static List<Model> models() {
 *     BackboneSpec spec = new BackboneSpec("alexnet_bn", "alexnet", 224, 256, "fc", 1e-5);
 *     return List.of(new Model(spec, AlexNet::features));
 *   }
 *
 *   private static void features(NetworkBuilder net) {
 *     net.conv("conv1", 64, Kernel.of(11, 4, 2));
 *     net.batchNorm("bn1");
 *     net.relu("act1");
 *     net.maxPool("pool1", Kernel.of(3, 2, 0));
 *     net.conv("conv2", 256, Kernel.centred(5, 1));
 *     net.batchNorm("bn2");
 *     net.relu("act2");
 *   }
 * }
 * }</pre>
 *
 * and {@code AlexNet.models()} in the list of {@code Backbones}. The embedding is the mean of the
 * last feature map over its pixels; its channels must be as many as the specification says. Its
 * published number of parameters belongs into {@code BackbonesTest}, the address of its weights
 * into {@code PublishedWeights}; reference values, put among the golden files, are tested without
 * further ado. A family outside of this library is a {@link io.dmyt.backbone.BackboneFamily}.
 */
@NullMarked
package io.dmyt.backbone;

import org.jspecify.annotations.NullMarked;
