package io.dmyt.data;

import io.dmyt.internal.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A data set in a folder, {@code ROOT/{train,valid,test}/CLASS/...}, with the same classes in every
 * split. {@code val} and {@code validation} are understood as well.
 *
 * <p>Immutable.
 */
public final class ImageFolders {
  private final Path root;
  private final Map<Split, ImageFolder> splits;

  private ImageFolders(Path root, Map<Split, ImageFolder> splits) {
    this.root = root;
    this.splits = Collections.unmodifiableMap(splits);
  }

  /**
   * Finds the images of the splits that are needed; the others need not exist.
   *
   * @param root the data set's folder
   * @param needed at least one split
   * @throws ImageDataException if a split is missing or there twice, has an empty class, or lacks a
   *     class that another one has
   */
  public static ImageFolders scan(Path root, Split... needed) {
    if (needed.length == 0) {
      throw new IllegalArgumentException("Say which splits are needed: at least one");
    }
    if (!Files.isDirectory(root)) {
      throw new ImageDataException(
          Text.format(
              "%s is not a folder: a data set is a folder that holds %s/CLASS/images",
              root, needed[0].folder()));
    }
    Map<Split, ImageFolder> splits = new EnumMap<>(Split.class);
    for (Split split : needed) {
      splits.put(split, ImageFolder.scan(folder(root, split)));
    }
    ImageFolder first = Objects.requireNonNull(splits.get(needed[0]));
    for (ImageFolder other : splits.values()) {
      ImageFolder.requireSame(first.name(), first.classes(), other.name(), other.classes());
    }
    return new ImageFolders(root, splits);
  }

  private static Path folder(Path root, Split split) {
    List<Path> found = new ArrayList<>();
    for (String name : split.folders()) {
      if (Files.isDirectory(root.resolve(name))) {
        found.add(root.resolve(name));
      }
    }
    if (found.isEmpty()) {
      List<String> there =
          ImageSearch.list(root).stream()
              .filter(Files::isDirectory)
              .map(p -> p.getFileName().toString())
              .toList();
      throw new ImageDataException(
          Text.format(
              "Split %s is missing: expected the folder %s with a folder per class in it; %s",
              split.folder(),
              root.resolve(split.folder()),
              there.isEmpty()
                  ? root + " has no folders"
                  : root + " has " + String.join(", ", there)));
    }
    if (found.size() > 1) {
      throw new ImageDataException(
          Text.format(
              "Split %s is there twice, as %s and %s; remove one",
              split.folder(), found.get(0), found.get(1)));
    }
    return found.get(0);
  }

  /** The data set's folder. */
  public Path root() {
    return root;
  }

  /** Names of the classes, the same in every split, in the order of their indices. */
  public List<String> classes() {
    return splits.values().iterator().next().classes();
  }

  /**
   * One split.
   *
   * @throws IllegalArgumentException if it wasn't asked for when scanning
   */
  public ImageFolder get(Split split) {
    ImageFolder folder = splits.get(split);
    if (folder == null) {
      throw new IllegalArgumentException(
          Text.format("Split %s of %s wasn't scanned, only %s", split, root, splits.keySet()));
    }
    return folder;
  }

  /** The splits that were asked for. */
  public Map<Split, ImageFolder> splits() {
    return splits;
  }
}
