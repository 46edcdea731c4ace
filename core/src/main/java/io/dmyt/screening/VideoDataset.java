package io.dmyt.screening;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.data.ImageDataException;
import io.dmyt.data.Split;
import io.dmyt.internal.Json;
import io.dmyt.internal.Text;
import io.dmyt.video.VideoSearch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The videos of a data set, with classes, sources and splits. Known layouts:
 *
 * <ul>
 *   <li>FaceForensics++ (Rössler et al. 2019): {@code original_sequences} and {@code
 *       manipulated_sequences}; {@code train.json}, {@code val.json} and {@code test.json} beside
 *       them give the splits;
 *   <li>Celeb-DF v2 (Li et al. 2020): {@code Celeb-real}, {@code YouTube-real}, {@code
 *       Celeb-synthesis}; {@code List_of_testing_videos.txt} gives the test split;
 *   <li>DFDC (Dolhansky et al. 2020): folders with a {@code metadata.json};
 *   <li>any other: {@code SPLIT/CLASS/...} or {@code CLASS/...}.
 * </ul>
 *
 * <p>All videos of a source are in one split, unless the data set itself parts them. Where the data
 * set doesn't say which, 70 % of the sources are trained on, 15 % validate, and 15 % test, as the
 * hashes of their names have it.
 *
 * @param layout its name, for people
 * @param videos sorted by path, each with a split
 */
public record VideoDataset(String layout, List<VideoEntry> videos) {
  private static final String FACE_FORENSICS = "FaceForensics++";
  private static final String CELEB_DF = "Celeb-DF v2";
  private static final String DFDC = "DFDC";
  private static final String FOLDERS = "folders";
  private static final String TEST_LIST = "List_of_testing_videos.txt";
  private static final String METADATA = "metadata.json";

  public VideoDataset {
    videos = List.copyOf(videos);
  }

  /**
   * Finds the videos of a data set.
   *
   * @throws ImageDataException if there are none, or one has no class
   * @throws IOException if a folder or a list can't be read
   */
  public static VideoDataset scan(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      throw new ImageDataException("no such folder: " + root);
    }
    List<Path> files = VideoSearch.below(root);
    if (files.isEmpty()) {
      throw new ImageDataException(
          Text.format("no video (%s) below %s", VideoSearch.endings(), root));
    }
    if (Files.isDirectory(root.resolve("manipulated_sequences"))
        || Files.isDirectory(root.resolve("original_sequences"))) {
      return assigned(FACE_FORENSICS, faceForensics(root, files));
    }
    if (Files.isDirectory(root.resolve("Celeb-synthesis"))) {
      return assigned(CELEB_DF, celebDf(root, files));
    }
    Set<Path> described = new HashSet<>();
    for (Path file : files) {
      if (Files.exists(file.resolveSibling(METADATA))) {
        described.add(file.getParent());
      }
    }
    return described.isEmpty()
        ? assigned(FOLDERS, folders(root, files))
        : assigned(DFDC, dfdc(root, described));
  }

  private static VideoDataset assigned(String layout, List<VideoEntry> videos) {
    return new VideoDataset(layout, SourceSplits.assign(videos));
  }

  private static String stem(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, name.lastIndexOf('.'));
  }

  private static String below(Path root, Path file) {
    Path relative = root.relativize(file);
    String stem = stem(file);
    Path folder = relative.getParent();
    return folder == null ? stem : folder.toString().replace('\\', '/') + "/" + stem;
  }

  /** {@code manipulated_sequences/Deepfakes/c23/videos/071_054.mp4} was made from 071. */
  private static List<VideoEntry> faceForensics(Path root, List<Path> files) throws IOException {
    Map<String, Split> splits = new HashMap<>();
    for (Split split : Split.values()) {
      Path list = root.resolve(split == Split.VALID ? "val.json" : split.folder() + ".json");
      if (Files.exists(list)) {
        for (JsonNode pair : Json.mapper().readTree(list.toFile())) {
          pair.forEach(id -> splits.put(id.asText(), split));
        }
      }
    }
    List<VideoEntry> videos = new ArrayList<>();
    for (Path file : files) {
      Path relative = root.relativize(file);
      if (relative.getNameCount() < 3) {
        continue;
      }
      boolean original = relative.getName(0).toString().equals("original_sequences");
      String kind = relative.getName(1).toString();
      String source = stem(file).split("_", 2)[0];
      // The actors' videos, from which DeepFakeDetection is made, have numbers of their own.
      boolean actors = kind.equals("actors") || kind.equals("DeepFakeDetection");
      videos.add(
          new VideoEntry(
              file,
              below(root, file),
              original ? "original" : kind,
              (actors ? "actor " : "") + source,
              actors ? Optional.empty() : Optional.ofNullable(splits.get(source))));
    }
    return videos;
  }

  /** {@code Celeb-synthesis/id0_id1_0002.mp4} was made from {@code Celeb-real/id0_0002.mp4}. */
  private static List<VideoEntry> celebDf(Path root, List<Path> files) throws IOException {
    Set<String> tested = new HashSet<>();
    Path list = root.resolve(TEST_LIST);
    if (Files.exists(list)) {
      for (String line : Files.readAllLines(list)) {
        tested.add(line.strip().replaceFirst("^[01]\\s+", ""));
      }
    }
    List<VideoEntry> videos = new ArrayList<>();
    for (Path file : files) {
      String path = root.relativize(file).toString().replace('\\', '/');
      boolean fake = path.startsWith("Celeb-synthesis/");
      String stem = stem(file);
      String[] parts = stem.split("_", -1);
      String source =
          fake && parts.length == 3 ? "Celeb-real/" + parts[0] + "_" + parts[2] : below(root, file);
      videos.add(
          new VideoEntry(
              file,
              below(root, file),
              fake ? "fake" : "real",
              source,
              tested.contains(path) ? Optional.of(Split.TEST) : Optional.empty()));
    }
    return videos;
  }

  /** {@code metadata.json}: a label for each file, and of a fake the original. */
  private static List<VideoEntry> dfdc(Path root, Set<Path> folders) throws IOException {
    List<VideoEntry> videos = new ArrayList<>();
    for (Path folder : folders.stream().sorted().toList()) {
      JsonNode metadata = Json.mapper().readTree(folder.resolve(METADATA).toFile());
      for (Map.Entry<String, JsonNode> entry : metadata.properties()) {
        Path file = folder.resolve(Path.of(entry.getKey()).getFileName());
        if (Files.isRegularFile(file) && VideoSearch.isVideo(file)) {
          String label = entry.getValue().path("label").asText();
          JsonNode original = entry.getValue().path("original");
          videos.add(
              new VideoEntry(
                  file,
                  below(root, file),
                  label.equalsIgnoreCase("fake") ? "fake" : "real",
                  original.isTextual() ? original.asText() : entry.getKey(),
                  Optional.empty()));
        }
      }
    }
    return videos;
  }

  /** A fake named {@code 071_054} or {@code 071-…} beside a real named 071 was made from it. */
  private static List<VideoEntry> folders(Path root, List<Path> files) {
    List<VideoEntry> videos = new ArrayList<>();
    Set<String> stems = new HashSet<>();
    for (Path file : files) {
      Path relative = root.relativize(file);
      Optional<Split> split = split(relative.getName(0).toString());
      int at = split.isPresent() ? 1 : 0;
      if (relative.getNameCount() < at + 2) {
        throw new ImageDataException(
            Text.format("%s is not in a class folder: expected CLASS/VIDEO below %s", file, root));
      }
      stems.add(stem(file));
      videos.add(
          new VideoEntry(
              file, below(root, file), relative.getName(at).toString(), stem(file), split));
    }
    return videos.stream().map(v -> v.from(root(v.source(), stems))).toList();
  }

  private static String root(String stem, Set<String> stems) {
    for (int i = 1; i < stem.length(); i++) {
      char c = stem.charAt(i);
      if ((c == '_' || c == '-' || c == '.') && stems.contains(stem.substring(0, i))) {
        return stem.substring(0, i);
      }
    }
    return stem;
  }

  private static Optional<Split> split(String folder) {
    return Stream.of(Split.values()).filter(s -> s.folders().contains(folder)).findFirst();
  }
}
