package io.dmyt.hub;

import io.dmyt.internal.Tsv;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Detectors that others have trained and published, by the names that they have here. */
public final class PublishedDetectors {
  private static final String TABLE = "detectors.tsv";
  private static final String PLAIN_HEAD = "_linear";
  private static final Map<String, Entry> ENTRIES = read();

  /**
   * A published detector.
   *
   * @param network the name of its network here
   * @param naming what its file's tensors are called
   * @param file where it is; with its size and SHA-256 where these were found stated
   * @param head the kind of its linear head; nothing if only its configuration says it
   * @param imageSize height and width in pixels of its images
   * @param mean subtracted from each channel of an image in [0, 1]
   * @param deviation that each channel is divided by then
   * @param interpolation how images are resized: bilinear or bicubic
   * @param licence as an SPDX identifier in small letters
   * @param baseLicence of the network that it was trained from; empty if that is no stricter
   * @param paper where it was published
   * @param trainedOn the data
   * @param numbers what its authors measured
   */
  public record Entry(
      String name,
      String network,
      String naming,
      RemoteFile file,
      Optional<String> head,
      int imageSize,
      List<Double> mean,
      List<Double> deviation,
      String interpolation,
      String licence,
      String baseLicence,
      String paper,
      String trainedOn,
      String numbers) {

    /** Whether the licence forbids commercial use. */
    public boolean nonCommercial() {
      return Licences.forbidCommercialUse(licence);
    }

    /** The file beside the weights that says what head they have. */
    public RemoteFile configuration() {
      String address = file.url().toString();
      String folder = address.substring(0, address.lastIndexOf('/') + 1);
      RemoteFile unnamed = RemoteFile.of(folder + "config.json");
      return new RemoteFile(unnamed.url(), name + ".json", OptionalLong.empty(), Optional.empty());
    }
  }

  private PublishedDetectors() {}

  /** All of them by name. */
  public static Map<String, Entry> entries() {
    return ENTRIES;
  }

  /** The detector that a network here is made for, with either head, if it is one's alone. */
  public static Optional<Entry> ofNetwork(String network) {
    return ENTRIES.values().stream()
        .filter(e -> network.equals(e.network) || network.equals(e.network + PLAIN_HEAD))
        .filter(e -> TimmCatalogue.find(network).isEmpty())
        .findFirst();
  }

  /** The name of a network without the normalisation before its head. */
  public static String withPlainHead(String network) {
    return network + PLAIN_HEAD;
  }

  private static Map<String, Entry> read() {
    Map<String, Entry> entries = new LinkedHashMap<>();
    Tsv.rows(PublishedDetectors.class, TABLE).forEach(cells -> entries.put(cells[0], entry(cells)));
    return Collections.unmodifiableMap(entries);
  }

  private static Entry entry(String[] cells) {
    RemoteFile published = RemoteFile.of(cells[3]);
    String ending = published.name().substring(published.name().lastIndexOf('.'));
    RemoteFile named =
        new RemoteFile(published.url(), cells[0] + ending, OptionalLong.empty(), Optional.empty());
    return new Entry(
        cells[0],
        cells[1],
        cells[2],
        cells[4].isEmpty() ? named : named.expecting(Long.parseLong(cells[4]), cells[5]),
        Optional.of(cells[6]).filter(head -> !head.isEmpty()),
        Integer.parseInt(cells[7]),
        TimmWeights.mean(cells[8]),
        TimmWeights.deviation(cells[8]),
        cells[9],
        cells[10],
        cells[11],
        cells[12],
        cells[13],
        cells[14]);
  }
}
