package io.dmyt.data;

import io.dmyt.internal.Numbers;
import io.dmyt.internal.Sha256;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.datavec.api.io.labels.PathLabelGenerator;
import org.datavec.api.split.InputSplit;

/**
 * Labelled images: one split of a data set, with a folder per class.
 *
 * <p>Classes are the folders' names, sorted by character code; a class's index is its position.
 * Images are the files below that {@link ImageSearch} finds, sorted class by class.
 *
 * <p>Immutable.
 */
public final class ImageFolder {
  private final String name;
  private final List<String> classes;
  private final List<Entry> entries;
  private final int[] counts;
  private final String fingerprint;
  private final LeftOut leftOut;

  /**
   * An image.
   *
   * @param within its path below the folder of its class
   */
  private record Entry(LabelledSample image, Path within) {}

  private ImageFolder(
      String name, List<String> classes, List<Entry> entries, LeftOut leftOut, String mark) {
    this.leftOut = leftOut;
    this.name = name;
    this.classes = List.copyOf(classes);
    this.entries = List.copyOf(entries);
    this.counts = new int[classes.size()];
    entries.forEach(e -> counts[e.image.label()]++);
    this.fingerprint = mark;
  }

  /**
   * Finds the images below a folder.
   *
   * @param root the folder of the class folders
   * @throws ImageDataException if there is no such folder, it has no class folders, or one of them
   *     has no images
   */
  public static ImageFolder scan(Path root) {
    if (!Files.isDirectory(root)) {
      throw new ImageDataException(Text.format("%s is not a folder", root));
    }
    List<Path> folders = new ArrayList<>();
    LeftOut.Counter beside = new LeftOut.Counter();
    for (Path entry : ImageSearch.list(root)) {
      if (Files.isDirectory(entry)) {
        folders.add(entry);
      } else if (Files.exists(entry)) {
        beside.other(entry);
      } else {
        beside.dangling(entry);
      }
    }
    LeftOut leftOut = beside.counted();
    if (folders.isEmpty()) {
      throw new ImageDataException(
          Text.format(
              "%s has no class folders: put the images of each class in a folder of their own there",
              root));
    }
    SortedMap<String, List<Path>> found = new TreeMap<>();
    for (Path folder : folders) {
      ImageSearch search = ImageSearch.below(folder);
      leftOut = leftOut.and(search.leftOut());
      if (search.images().isEmpty()) {
        throw new ImageDataException(
            Text.format(
                "Class %s is empty: no image (%s) below %s; add images or remove the folder",
                folder.getFileName(), ImageSearch.endings(), folder));
      }
      found.put(SampleId.of(folder.getFileName()).source(), search.images());
    }
    return of(
        root.toString(),
        found,
        leftOut,
        (name, path) -> withoutFirst(root.relativize(path)),
        (name, path) -> names(root.relativize(path)));
  }

  /**
   * The images that one of DataVec's splits names, labelled as one of its generators says.
   *
   * @param split files, whatever their names
   * @param labels says the class of each; classes are sorted
   * @throws ImageDataException if the split has no files
   */
  public static ImageFolder of(InputSplit split, PathLabelGenerator labels) {
    SortedMap<String, List<Path>> found = new TreeMap<>();
    for (URI uri : split.locations()) {
      String label = labels.getLabelForPath(uri).toString();
      found.computeIfAbsent(label, l -> new ArrayList<>()).add(Path.of(uri));
    }
    if (found.isEmpty()) {
      throw new ImageDataException(Text.format("The %s has no files", split.getClass().getName()));
    }
    found.values().forEach(paths -> paths.sort(null));
    return of(
        split.getClass().getSimpleName(),
        found,
        LeftOut.NOTHING,
        (label, path) -> path,
        (label, path) -> label + "/" + path.getFileName());
  }

  private static ImageFolder of(
      String name,
      SortedMap<String, List<Path>> found,
      LeftOut leftOut,
      BiFunction<String, Path, Path> within,
      BiFunction<String, Path, String> identity) {
    List<Entry> entries = new ArrayList<>();
    MessageDigest digest = Sha256.begin();
    int label = 0;
    for (Map.Entry<String, List<Path>> ofClass : found.entrySet()) {
      String className = ofClass.getKey();
      for (Path path : ofClass.getValue()) {
        entries.add(
            new Entry(new LabelledSample(Sample.of(path), label), within.apply(className, path)));
        String line = identity.apply(className, path) + '\0' + sizeOf(path) + '\n';
        digest.update(line.getBytes(StandardCharsets.UTF_8));
      }
      label++;
    }
    String fingerprint = Sha256.hex(digest);
    return new ImageFolder(name, List.copyOf(found.keySet()), entries, leftOut, fingerprint);
  }

  /** What it was made from, for messages. */
  public String name() {
    return name;
  }

  /** Names of the classes, in the order of their indices. */
  public List<String> classes() {
    return classes;
  }

  /** The images, class by class, sorted by path. */
  public List<LabelledSample> samples() {
    return entries.stream().map(Entry::image).toList();
  }

  /** The same images in groups: those of one video, as the rule has it. */
  public ImageFolder groupedBy(VideoGrouping grouping) {
    List<Entry> grouped =
        entries.stream()
            .map(
                e -> {
                  String video = grouping.key(classes.get(e.image.label()), e.within);
                  Sample sample = e.image.sample().withGroup(video);
                  return new Entry(new LabelledSample(sample, e.image.label()), e.within);
                })
            .toList();
    return new ImageFolder(name, classes, grouped, leftOut, fingerprint);
  }

  /**
   * The images in a random order that is the same in every call, such as to validate on: a batch of
   * one class has no triplets.
   *
   * @param seed the same seed gives the same order
   */
  public List<LabelledSample> shuffled(long seed) {
    return Samplers.shuffled(samples(), EpochOrder.random(seed, 0));
  }

  /** What lies among the images and is none of them. */
  public LeftOut leftOut() {
    return leftOut;
  }

  /** Number of images. */
  public int size() {
    return entries.size();
  }

  /** Number of images of each class, in the classes' order. */
  public Map<String, Integer> counts() {
    Map<String, Integer> map = new LinkedHashMap<>();
    for (int c = 0; c < counts.length; c++) {
      map.put(classes.get(c), counts[c]);
    }
    return map;
  }

  /** The number of images, and of each class, for people: {@code 120 images: fake 60, real 60}. */
  public String summary() {
    StringJoiner parts = new StringJoiner(", ");
    counts().forEach((className, count) -> parts.add(className + " " + count));
    return Numbers.count(size(), "image") + ": " + parts;
  }

  /**
   * Identifies the data without reading the images: the SHA-256, in hexadecimal, over each image's
   * path relative to the root with {@code /} between names, a zero byte, its size in bytes as
   * decimal digits, and a line feed, in order, in UTF-8. Of one of DataVec's splits the path is
   * {@code CLASS/name}. An image that is changed but keeps its length goes unnoticed.
   */
  public String fingerprint() {
    return fingerprint;
  }

  /**
   * The same images, their labels as another list of classes counts, such as a model's.
   *
   * @param expected the classes, in the order of the labels wanted
   * @throws ImageDataException if the classes are not the same ones
   */
  public ImageFolder withClasses(List<String> expected) {
    requireSame("the model", expected, name, classes);
    int[] labels = classes.stream().mapToInt(expected::indexOf).toArray();
    List<Entry> relabelled =
        entries.stream()
            .map(e -> new Entry(relabelled(e.image, labels), e.within))
            .sorted(Comparator.comparingInt(e -> e.image.label()))
            .toList();
    return new ImageFolder(name, expected, relabelled, leftOut, fingerprint);
  }

  private static LabelledSample relabelled(LabelledSample image, int[] labels) {
    return new LabelledSample(image.sample(), labels[image.label()]);
  }

  /** Compares the classes of two sides, whatever their order. */
  static void requireSame(
      String nameA, Collection<String> classesA, String nameB, Collection<String> classesB) {
    SortedSet<String> onlyA = new TreeSet<>(classesA);
    onlyA.removeAll(classesB);
    SortedSet<String> onlyB = new TreeSet<>(classesB);
    onlyB.removeAll(classesA);
    if (!onlyA.isEmpty() || !onlyB.isEmpty()) {
      List<String> parts = new ArrayList<>();
      if (!onlyA.isEmpty()) {
        parts.add(Text.format("only %s has %s", nameA, String.join(", ", onlyA)));
      }
      if (!onlyB.isEmpty()) {
        parts.add(Text.format("only %s has %s", nameB, String.join(", ", onlyB)));
      }
      throw new ImageDataException(
          Text.format(
              "The classes of %s and %s differ: %s; name the class folders alike",
              nameA, nameB, String.join("; ", parts)));
    }
  }

  private static Path withoutFirst(Path path) {
    return path.subpath(1, path.getNameCount());
  }

  private static String names(Path path) {
    StringJoiner names = new StringJoiner("/");
    path.forEach(part -> names.add(part.toString()));
    return names.toString();
  }

  private static long sizeOf(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new ImageDataException(Text.format("%s can't be read: %s", file, e.getMessage()), e);
    }
  }
}
