package io.dmyt.hub;

import io.dmyt.internal.Tsv;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The sets of weights that timm 1.0.29 knows, by the names it gives them: an architecture and,
 * after a dot, how it was trained, for example {@code vit_base_patch32_clip_224.openai}.
 */
public final class TimmWeights {
  private static final String HUB = "https://huggingface.co/";
  private static final Map<String, List<Double>> MEANS =
      Map.of(
          "imagenet", List.of(0.485, 0.456, 0.406),
          "half", List.of(0.5, 0.5, 0.5),
          "clip", List.of(0.48145466, 0.4578275, 0.40821073),
          "none", List.of(0.0, 0.0, 0.0));
  private static final Map<String, List<Double>> DEVIATIONS =
      Map.of(
          "imagenet", List.of(0.229, 0.224, 0.225),
          "half", List.of(0.5, 0.5, 0.5),
          "clip", List.of(0.26862954, 0.26130258, 0.27577711),
          "none", List.of(1.0, 1.0, 1.0));

  private static final Map<String, Entry> ENTRIES = entries("timm-1.0.29.tsv");
  private static final Map<String, String> CURRENT = currentNames("timm-old-names.tsv");
  private static final Map<String, Entry> DEFAULTS = defaults();

  /**
   * A set of weights.
   *
   * @param place repository on huggingface.co that has them as {@code model.safetensors}, or an
   *     address
   * @param imageSize height and width in pixels of the images that they were trained for
   * @param fixedImageSize whether the network takes images of no other size in timm, unless told
   * @param mean subtracted from each channel of an image in [0, 1]
   * @param deviation that each channel is divided by then
   * @param interpolation how images are resized: bilinear or bicubic
   * @param crop side of the part of an image that is looked at, over the image's
   * @param squash whether images lose their proportions when they are resized to a square
   * @param classifiers names of the linear classifiers, of which a distilled network has two
   * @param classes that the file's classifier tells apart, 0 without classifier
   * @param licence as an SPDX or huggingface.co identifier in small letters; empty if none is given
   */
  public record Entry(
      String name,
      String place,
      int imageSize,
      boolean fixedImageSize,
      List<Double> mean,
      List<Double> deviation,
      String interpolation,
      double crop,
      boolean squash,
      List<String> classifiers,
      int classes,
      String licence) {

    /** The name up to the dot. */
    public String architecture() {
      return TimmWeights.architecture(name);
    }

    /** The file. */
    public RemoteFile file() {
      if (place.startsWith("https://")) {
        return PublishedWeights.hashed(RemoteFile.of(place));
      }
      RemoteFile unnamed = RemoteFile.of(HUB + place + "/resolve/main/model.safetensors");
      return new RemoteFile(unnamed.url(), name + ".safetensors", unnamed.size(), unnamed.sha256());
    }

    /** Whether the licence forbids commercial use. */
    public boolean nonCommercial() {
      return Licences.forbidCommercialUse(licence);
    }
  }

  private TimmWeights() {}

  /** All sets of weights by name, those of an architecture together, its default first. */
  public static Map<String, Entry> entries() {
    return ENTRIES;
  }

  /** The weights of that name; of an architecture alone those that timm takes by default. */
  public static Optional<Entry> find(String name) {
    Entry entry = ENTRIES.get(name);
    return Optional.ofNullable(entry != null ? entry : DEFAULTS.get(name));
  }

  /** What timm 1.0.29 calls what earlier versions called so, if it has renamed that. */
  public static Optional<String> currentName(String oldName) {
    return Optional.ofNullable(CURRENT.get(oldName));
  }

  /**
   * The name of the same weights in the architecture that they were trained in, if this one has
   * another activation function: OpenAI's CLIP has QuickGELU, whatever the name says.
   */
  public static Optional<String> trainedAs(String name) {
    String quick = name.replace("_clip_", "_clip_quickgelu_");
    return quick.equals(name) || !ENTRIES.containsKey(quick)
        ? Optional.empty()
        : Optional.of(quick);
  }

  /** A name up to the dot. */
  public static String architecture(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  private static Map<String, Entry> defaults() {
    Map<String, Entry> defaults = new LinkedHashMap<>();
    ENTRIES.values().forEach(entry -> defaults.putIfAbsent(entry.architecture(), entry));
    return defaults;
  }

  private static Map<String, Entry> entries(String table) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    Tsv.rows(TimmWeights.class, table).forEach(cells -> entries.put(cells[0], entry(cells)));
    return Collections.unmodifiableMap(entries);
  }

  private static Map<String, String> currentNames(String table) {
    Map<String, String> names = new LinkedHashMap<>();
    Tsv.rows(TimmWeights.class, table).forEach(cells -> names.put(cells[0], cells[1]));
    return names;
  }

  /** What is subtracted from the channels, by a word of the table or as numbers. */
  static List<Double> mean(String cell) {
    return MEANS.getOrDefault(cell, numbers(cell.split("/", -1)[0]));
  }

  /** What the channels are divided by, likewise. */
  static List<Double> deviation(String cell) {
    String[] parts = cell.split("/", -1);
    return DEVIATIONS.getOrDefault(cell, numbers(parts[parts.length - 1]));
  }

  private static Entry entry(String[] cells) {
    return new Entry(
        cells[0],
        cells[1].isEmpty() ? "timm/" + cells[0] : cells[1],
        Integer.parseInt(cells[2]),
        cells[3].equals("1"),
        mean(cells[4]),
        deviation(cells[4]),
        cells[5],
        Double.parseDouble(cells[6]),
        cells[7].equals("squash"),
        List.of(cells[8].split(",")),
        Integer.parseInt(cells[9]),
        cells[10]);
  }

  /** Empty for a word that stands for numbers. */
  private static List<Double> numbers(String cell) {
    return cell.contains(",")
        ? Arrays.stream(cell.split(",")).map(Double::valueOf).toList()
        : List.of();
  }
}
