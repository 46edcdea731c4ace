package io.dmyt.cli.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Csv;
import io.dmyt.internal.Json;
import io.dmyt.internal.Text;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Puts the files that {@code predict} wrote for shards together, as one run would write them. */
public final class MergedPredictions {
  /** Documents of any length, which are never held in memory. */
  private static final JsonFactory LONG = JsonFactory.builder().build();

  private static final ObjectReader ONE_VALUE =
      Json.mapper().reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final List<String> ARRAYS = List.of("images", "videos", "errors");

  private MergedPredictions() {}

  /** Whether these are lines of JSON, whatever the file is called. */
  public static boolean areLines(Path file) throws IOException {
    return Shards.isLines(file);
  }

  /** Tables with the same columns, one under the other. */
  public static void tables(List<Path> files, Path output) throws IOException {
    try (AtomicFile.Draft draft = new AtomicFile.Draft(output)) {
      String header = null;
      for (Path file : files) {
        try (Reader in = Files.newBufferedReader(file)) {
          String own = Csv.next(in);
          if (header == null) {
            header = own;
            draft.out().write(own.getBytes(StandardCharsets.UTF_8));
          } else if (!own.equals(header)) {
            throw new IOException(
                Text.format("%s and %s have different columns", files.get(0), file));
          }
          for (String row = Csv.next(in); !row.isEmpty(); row = Csv.next(in)) {
            draft.out().write(row.getBytes(StandardCharsets.UTF_8));
          }
        }
      }
      draft.commit();
    }
  }

  /** Lines: those of images, then those of videos. */
  public static void lines(List<Path> files, Path output) throws IOException {
    try (AtomicFile.Draft draft = new AtomicFile.Draft(output)) {
      for (boolean videos : new boolean[] {false, true}) {
        for (Path file : files) {
          try (BufferedReader in = Files.newBufferedReader(file)) {
            in.readLine();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
              if (line.startsWith("{\"video\":") == videos) {
                draft.out().write((line + "\n").getBytes(StandardCharsets.UTF_8));
              }
            }
          }
        }
      }
      draft.commit();
    }
  }

  /** Documents: what the first says of the detector, and the arrays of all, one after the other. */
  public static void documents(List<Path> files, Path output) throws IOException {
    try (AtomicFile.Draft draft = new AtomicFile.Draft(output)) {
      document(files, draft);
      draft.commit();
    }
  }

  private static void document(List<Path> files, AtomicFile.Draft draft) throws IOException {
    try (JsonGenerator json = Json.FACTORY.createGenerator(draft.out()).useDefaultPrettyPrinter()) {
      json.writeStartObject();
      head(files.get(0), json);
      for (String array : ARRAYS) {
        boolean begun = false;
        for (Path file : files) {
          begun = copy(file, array, begun, json);
        }
        if (begun) {
          json.writeEndArray();
        }
      }
      json.writeEndObject();
    }
  }

  /** Everything but the arrays. */
  private static void head(Path file, JsonGenerator json) throws IOException {
    try (JsonParser in = LONG.createParser(file.toFile())) {
      in.nextToken();
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String name = in.currentName();
        in.nextToken();
        if (ARRAYS.contains(name)) {
          in.skipChildren();
        } else if (name.equals("calibration")) {
          json.writeFieldName(name);
          json.writeRawValue(Json.write(ONE_VALUE.readTree(in)));
        } else {
          json.writeFieldName(name);
          json.copyCurrentStructure(in);
        }
      }
    }
  }

  /** Appends an array's elements; returns whether the array has begun. */
  private static boolean copy(Path file, String array, boolean begun, JsonGenerator json)
      throws IOException {
    boolean open = begun;
    try (JsonParser in = LONG.createParser(file.toFile())) {
      in.nextToken();
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String name = in.currentName();
        in.nextToken();
        if (!name.equals(array)) {
          in.skipChildren();
          continue;
        }
        if (!open) {
          json.writeArrayFieldStart(array);
          open = true;
        }
        while (in.nextToken() != JsonToken.END_ARRAY) {
          json.copyCurrentStructure(in);
        }
      }
    }
    return open;
  }
}
