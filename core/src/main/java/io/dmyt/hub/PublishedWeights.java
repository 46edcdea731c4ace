package io.dmyt.hub;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where timm takes each network's weights from: timm 0.4.9 for the names that it has, timm 1.0.29
 * for others. Names of files end in the first digits of their SHA-256, which are checked; of files
 * on huggingface.co it is announced.
 *
 * <p>timm 0.4.9 has none for resnet101, resnet152 and mobilenetv3_small_100: these are what its
 * later versions take. For resnet18, vgg11, vgg13 and inception_v3 torchvision's newer files stand
 * in the place of the ones that timm 0.4.9 names, which are in the tar format of PyTorch 0.1. What
 * timm 0.4.9 takes by plain HTTP, where nobody vouches for it, comes from where timm 1.0.29 takes
 * it, and so do BiT's files, which are NumPy archives there.
 */
public final class PublishedWeights {
  private static final String GITHUB =
      "https://github.com/rwightman/pytorch-image-models/releases/download/";
  private static final Pattern HASHED = Pattern.compile("_([0-9a-f]{8})\\.pth$");
  private static final String PYTORCH = "https://download.pytorch.org/models/";

  private static final Map<String, RemoteFile> FILES =
      """
      xception v0.1-cadene/xception-43020ad28.pth
      resnet18 resnet18-f37072fd.pth
      resnet34 v0.1-weights/resnet34-43635321.pth
      resnet50 v0.1-weights/resnet50_ram-a26f946b.pth
      resnet101 v0.1-rsb-weights/resnet101_a1h-36d3f2aa.pth
      resnet152 v0.1-rsb-weights/resnet152_a1h-dc400468.pth
      wide_resnet50_2 v0.1-weights/wide_resnet50_racm-8234f177.pth
      resnext50_32x4d v0.1-weights/resnext50_32x4d_ra-d733960d.pth
      efficientnet_b0 v0.1-weights/efficientnet_b0_ra-3dd342df.pth
      efficientnet_b1 v0.1-weights/efficientnet_b1-533bc792.pth
      efficientnet_b2 v0.1-weights/efficientnet_b2_ra-bcdf34b7.pth
      efficientnet_b3 v0.1-weights/efficientnet_b3_ra2-cf984f9c.pth
      efficientnet_b4 v0.1-weights/efficientnet_b4_ra2_320-7eb33cd5.pth
      tf_efficientnet_b0 v0.1-weights/tf_efficientnet_b0_aa-827b6e33.pth
      tf_efficientnet_b1 v0.1-weights/tf_efficientnet_b1_aa-ea7a6ee0.pth
      tf_efficientnet_b2 v0.1-weights/tf_efficientnet_b2_aa-60c94f97.pth
      tf_efficientnet_b3 v0.1-weights/tf_efficientnet_b3_aa-84b4657e.pth
      tf_efficientnet_b4 v0.1-weights/tf_efficientnet_b4_aa-818f208c.pth
      tf_efficientnet_b5 v0.1-weights/tf_efficientnet_b5_ra-9a3e5369.pth
      tf_efficientnet_b6 v0.1-weights/tf_efficientnet_b6_aa-80ba17e4.pth
      tf_efficientnet_b7 v0.1-weights/tf_efficientnet_b7_ra-6c08e654.pth
      tf_efficientnet_b0_ap v0.1-weights/tf_efficientnet_b0_ap-f262efe1.pth
      tf_efficientnet_b1_ap v0.1-weights/tf_efficientnet_b1_ap-44ef0a3d.pth
      tf_efficientnet_b2_ap v0.1-weights/tf_efficientnet_b2_ap-2f8e7636.pth
      tf_efficientnet_b3_ap v0.1-weights/tf_efficientnet_b3_ap-aad25bdd.pth
      tf_efficientnet_b4_ap v0.1-weights/tf_efficientnet_b4_ap-dedb23e6.pth
      tf_efficientnet_b5_ap v0.1-weights/tf_efficientnet_b5_ap-9e82fae8.pth
      tf_efficientnet_b6_ap v0.1-weights/tf_efficientnet_b6_ap-4ffb161f.pth
      tf_efficientnet_b7_ap v0.1-weights/tf_efficientnet_b7_ap-ddb28fec.pth
      tf_efficientnet_b0_ns v0.1-weights/tf_efficientnet_b0_ns-c0e6a31c.pth
      tf_efficientnet_b1_ns v0.1-weights/tf_efficientnet_b1_ns-99dd0c41.pth
      tf_efficientnet_b2_ns v0.1-weights/tf_efficientnet_b2_ns-00306e48.pth
      tf_efficientnet_b3_ns v0.1-weights/tf_efficientnet_b3_ns-9d44bf68.pth
      tf_efficientnet_b4_ns v0.1-weights/tf_efficientnet_b4_ns-d6313a46.pth
      tf_efficientnet_b5_ns v0.1-weights/tf_efficientnet_b5_ns-6f26d0cf.pth
      tf_efficientnet_b6_ns v0.1-weights/tf_efficientnet_b6_ns-51548356.pth
      tf_efficientnet_b7_ns v0.1-weights/tf_efficientnet_b7_ns-1dbc32de.pth
      mobilenetv2_100 v0.1-weights/mobilenetv2_100_ra-b33bc2c4.pth
      mobilenetv3_large_100 v0.1-weights/mobilenetv3_large_100_ra-f55367f5.pth
      mobilenetv3_small_100 v0.1-weights/mobilenetv3_small_100_lamb-266a294c.pth
      densenet121 v0.1-weights/densenet121_ra-50efcf5c.pth
      vgg16_bn vgg16_bn-6c64b313.pth
      inception_v3 inception_v3_google-0cc3c7bd.pth
      vgg11 vgg11-8a719046.pth
      vgg13 vgg13-19584684.pth
      """
          .lines()
          .map(line -> line.split(" "))
          .collect(Collectors.toUnmodifiableMap(entry -> entry[0], entry -> remote(entry[1])));

  private PublishedWeights() {}

  private static RemoteFile remote(String path) {
    return RemoteFile.of((path.contains("/") ? GITHUB : PYTORCH) + path);
  }

  /**
   * The file of a network's weights.
   *
   * @param name timm's name of the network, with or without a tag
   * @return nothing if no weights are published for it
   */
  public static Optional<RemoteFile> of(String name) {
    return Optional.ofNullable(FILES.get(name))
        .or(
            () ->
                TimmCatalogue.find(name)
                    .filter(entry -> entry.url().startsWith("https:"))
                    .filter(entry -> !entry.url().endsWith(".npz"))
                    .map(entry -> hashed(RemoteFile.of(entry.url()))))
        .or(() -> TimmWeights.find(name).map(TimmWeights.Entry::file))
        .or(
            () ->
                TimmWeights.currentName(name)
                    .flatMap(TimmWeights::find)
                    .map(TimmWeights.Entry::file));
  }

  /** Some files have their hash behind another sign than torch.hub's. */
  static RemoteFile hashed(RemoteFile file) {
    Matcher hash = HASHED.matcher(file.name());
    return file.sha256().isPresent() || !hash.find()
        ? file
        : new RemoteFile(file.url(), file.name(), file.size(), Optional.of(hash.group(1)));
  }
}
