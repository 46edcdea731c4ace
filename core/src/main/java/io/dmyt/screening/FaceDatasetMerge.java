package io.dmyt.screening;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Csv;
import io.dmyt.internal.FileLinks;
import io.dmyt.internal.Json;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Makes one data set of several that {@link FaceDatasetWriter} wrote. */
public final class FaceDatasetMerge {
  private FaceDatasetMerge() {}

  /**
   * Gathers the faces in a new folder: as links to the same files where the disk allows, else as
   * copies.
   *
   * @param folders in the order of their rows in the index, one at least
   * @param output made; may exist if it is empty
   * @return how many faces there are
   * @throws IOException if a folder is no such data set, their faces were cut out differently, two
   *     have the same face, or the output holds anything
   */
  public static int merge(List<Path> folders, Path output) throws IOException {
    Path first = folders.get(0).resolve(FaceDatasetWriter.CROP_FILE);
    for (Path folder : folders) {
      Path crop = folder.resolve(FaceDatasetWriter.CROP_FILE);
      if (!Files.exists(crop) || !Files.exists(folder.resolve(FaceDatasetWriter.INDEX))) {
        throw new IOException(
            Text.format(
                "%s is not a finished data set of dmyt faces: it lacks %s or %s",
                folder, FaceDatasetWriter.CROP_FILE, FaceDatasetWriter.INDEX));
      }
      if (!Json.mapper().readTree(crop.toFile()).equals(Json.mapper().readTree(first.toFile()))) {
        throw new IOException(
            Text.format("the faces of %s and %s were cut out differently", folders.get(0), folder));
      }
    }
    requireEmpty(output);
    Files.createDirectories(output);
    Map<String, List<String>> shown = new TreeMap<>();
    int faces = 0;
    try (AtomicFile.Draft index = new AtomicFile.Draft(output.resolve(FaceDatasetWriter.INDEX))) {
      index.out().write(Csv.row(FaceExtractor.COLUMNS).getBytes(UTF_8));
      for (Path folder : folders) {
        Files.walkFileTree(folder, new Copier(folder, output));
        faces += rows(folder.resolve(FaceDatasetWriter.INDEX), index, shown);
      }
      ContactSheet.write(shown, output, output.resolve(FaceDatasetWriter.CONTACT));
      index.commit();
    }
    return faces;
  }

  private static void requireEmpty(Path output) throws IOException {
    if (Files.isDirectory(output)) {
      try (Stream<Path> files = Files.list(output)) {
        if (files.findAny().isPresent()) {
          throw new IOException(output + " is not empty: choose another --output");
        }
      }
    }
  }

  /** Copies an index's rows, and notes of each video the face that the contact sheet may show. */
  private static int rows(Path table, AtomicFile.Draft index, Map<String, List<String>> shown)
      throws IOException {
    List<String> video = new ArrayList<>();
    int rows = 0;
    try (Reader in = Files.newBufferedReader(table)) {
      Csv.next(in);
      for (String row = Csv.next(in); !row.isEmpty(); row = Csv.next(in)) {
        index.out().write(row.getBytes(UTF_8));
        String face = FaceDatasetWriter.face(row);
        if (!video.isEmpty() && !folder(video.get(0)).equals(folder(face))) {
          show(video, shown);
        }
        video.add(face);
        rows++;
      }
    }
    show(video, shown);
    return rows;
  }

  private static void show(List<String> video, Map<String, List<String>> shown) {
    if (!video.isEmpty()) {
      String middle = video.get(video.size() / 2);
      shown.computeIfAbsent(middle.split("/", -1)[1], c -> new ArrayList<>()).add(middle);
      video.clear();
    }
  }

  private static String folder(String face) {
    return face.substring(0, face.lastIndexOf('/'));
  }

  /** Gives faces and the marks of finished videos their places. */
  private static final class Copier extends SimpleFileVisitor<Path> {
    private final Path from;
    private final Path to;

    Copier(Path from, Path to) {
      this.from = from;
      this.to = to;
    }

    /** What a run that was broken off left is no part of it. */
    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      String name = folder.getFileName().toString();
      return !folder.equals(from) && name.startsWith(".") && name.endsWith(".part")
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Path relative = from.relativize(file);
      Path target = to.resolve(relative);
      boolean below = relative.getNameCount() > 1;
      boolean crop = relative.toString().equals(FaceDatasetWriter.CROP_FILE);
      if (below || (crop && !Files.exists(target))) {
        Files.createDirectories(target.getParent());
        place(file, target);
      }
      return FileVisitResult.CONTINUE;
    }

    private static void place(Path file, Path target) throws IOException {
      if (Files.exists(target)) {
        throw new IOException(
            Text.format("%s is in another folder too: they are not the parts of one job", file));
      }
      FileLinks.linkOrCopy(file, target);
    }
  }
}
