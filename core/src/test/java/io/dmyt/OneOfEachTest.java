package io.dmyt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the project has one place for is done there, and nowhere else. */
class OneOfEachTest {
  /**
   * A thing that is done in one place.
   *
   * @param code what doing it looks like in the source
   * @param places the classes that do it, each with the reason where it isn't the one place
   */
  private record Thing(String name, String code, Map<String, String> places) {
    Set<String> others(List<Path> sources) throws IOException {
      Pattern pattern = Pattern.compile(code);
      Set<String> found = new TreeSet<>();
      for (Path source : sources) {
        String name = Sources.name(source);
        if (!places.containsKey(name) && pattern.matcher(Files.readString(source)).find()) {
          found.add(name);
        }
      }
      return found;
    }
  }

  private static final String HERE = "the one place";

  private static final List<Thing> THINGS =
      List.of(
          new Thing(
              "writing files",
              "Files\\.(write|writeString|newOutputStream|newBufferedWriter|copy|move|createLink)\\("
                  + "|new (FileOutputStream|FileWriter|RandomAccessFile)\\(|FileChannel\\.open\\(",
              Map.ofEntries(
                  Map.entry("AtomicFile", HERE),
                  Map.entry("FileLinks", "gives whole files a second name"),
                  Map.entry("FileByteSource", "only reads"),
                  Map.entry("VideoHeader", "only reads"),
                  Map.entry("EmbeddingCache", "appends to a file that several processes share"),
                  Map.entry("EventFile", "appends to a log"),
                  Map.entry("TrainCommand", "appends to a log"),
                  Map.entry("RunFolder", "locks a file"),
                  Map.entry("Download", "goes on with a part that another process began"),
                  Map.entry("PartialFile", "if half of it is there, the download begins anew"),
                  Map.entry("FaceExtractor", "fills a folder that is synced and moved as a whole"),
                  Map.entry("SharedDetectors", "a temporary file, read at once"),
                  Map.entry("VideoJudge", "a temporary file, read at once"),
                  Map.entry("LocalFile", "a temporary copy of what lies on the cluster"),
                  Map.entry("Main", "writes to standard output"),
                  Map.entry("Python", "a temporary file of the benchmarks"))),
          new Thing(
              "writing pictures",
              "ImageIO\\.(write|getImageWriters)",
              Map.of(
                  "Pictures",
                  HERE,
                  "LoaderBenchmark",
                  "makes a file to read, quality unchanged since the first measurements")),
          new Thing("reading pictures", "ImageIO\\.read\\(", Map.of()),
          new Thing(
              "pixels out of Java's pictures",
              "\\.getRGB\\(0, |DataBufferByte|DataBufferInt",
              Map.of("RgbImage", HERE)),
          new Thing(
              "OpenCV's matrices of pixels",
              "new Mat\\([^)]*CV_8UC3",
              Map.of("Mats", HERE, "YuNet", "a black picture")),
          new Thing(
              "JSON",
              "new ObjectMapper\\(|JsonMapper\\.builder|new JsonFactory",
              Map.of("Json", HERE)),
          new Thing("hashes", "MessageDigest\\.getInstance", Map.of("Sha256", HERE)),
          new Thing(
              "CSV",
              "Csv\\.row\\(",
              Map.of(
                  "CsvFile",
                  HERE,
                  "FaceExtractor",
                  "rows that wait for their file",
                  "FaceDatasetWriter",
                  "puts such rows together",
                  "FaceDatasetMerge",
                  "puts the rows of several files together")),
          new Thing("percentages", "%[.0-9]*[df] ?%%|\\+ \" %\"", Map.of("Numbers", HERE)),
          new Thing(
              "numbers in the program's locale",
              "String\\.format\\(|\\.formatted\\(",
              Map.of(
                  "Text",
                  HERE,
                  "Numbers",
                  "digits as an argument",
                  "Report",
                  "a format as an argument")),
          new Thing(
              "text tables",
              "\"[^\"]*%-?[0-9]+s[^\"]*%-?[0-9]+s",
              Map.of("Placements", "lines of a report on the engine, for its tests too")));

  @TestFactory
  Stream<DynamicTest> isDoneInOnePlace() throws IOException {
    List<Path> sources = Sources.all();
    return THINGS.stream()
        .map(
            thing ->
                DynamicTest.dynamicTest(
                    thing.name(), () -> assertEquals(Set.of(), thing.others(sources))));
  }

  /** A place that has gone would let a new one of its name pass. */
  @Test
  void everyPlaceIsOne() throws IOException {
    for (Thing thing : THINGS) {
      Pattern pattern = Pattern.compile(thing.code());
      for (String place : thing.places().keySet()) {
        boolean found = false;
        for (Path source : Sources.all()) {
          found |=
              Sources.name(source).equals(place)
                  && pattern.matcher(Files.readString(source)).find();
        }
        assertTrue(found, place + " does nothing of " + thing.name());
      }
    }
  }
}
