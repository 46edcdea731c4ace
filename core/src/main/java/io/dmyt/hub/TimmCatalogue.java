package io.dmyt.hub;

import io.dmyt.internal.Tsv;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What timm 0.4.9 says of every model that it has weights for. */
public final class TimmCatalogue {
  private static final String TABLE = "timm-0.4.9.tsv";

  /**
   * A model of timm 0.4.9.
   *
   * @param module timm's source file that has it, for example {@code resnet}
   * @param imageSize height and width in pixels of the images that its weights were trained for
   * @param fixedImageSize whether it takes images of no other size in timm 0.4.9
   * @param features size of the embedding
   * @param classifiers names of its linear classifiers, of which a distilled network has two
   * @param mean subtracted from each channel of an image in [0, 1]
   * @param deviation that each channel is divided by then
   * @param interpolation how images are resized: bilinear or bicubic
   * @param crop side of the part of an image that is looked at, over the image's
   * @param url where its weights are
   */
  public record Entry(
      String name,
      String module,
      int imageSize,
      boolean fixedImageSize,
      int features,
      List<String> classifiers,
      List<Double> mean,
      List<Double> deviation,
      String interpolation,
      double crop,
      String url) {}

  private static final Map<String, Entry> ENTRIES = read();

  private TimmCatalogue() {}

  /** All models by name, sorted. */
  public static Map<String, Entry> entries() {
    return ENTRIES;
  }

  /** The model of that name, if there is one. */
  public static Optional<Entry> find(String name) {
    return Optional.ofNullable(ENTRIES.get(name));
  }

  private static Map<String, Entry> read() {
    Map<String, Entry> entries = new LinkedHashMap<>();
    Tsv.rows(TimmCatalogue.class, TABLE)
        .map(TimmCatalogue::entry)
        .forEach(entry -> entries.put(entry.name(), entry));
    return Collections.unmodifiableMap(entries);
  }

  private static Entry entry(String[] cells) {
    return new Entry(
        cells[0],
        cells[1],
        Integer.parseInt(cells[2]),
        cells[3].equals("1"),
        Integer.parseInt(cells[4]),
        List.of(cells[5].split(",")),
        numbers(cells[6]),
        numbers(cells[7]),
        cells[8],
        Double.parseDouble(cells[9]),
        cells[10]);
  }

  private static List<Double> numbers(String cell) {
    return Arrays.stream(cell.split(",")).map(Double::valueOf).toList();
  }
}
