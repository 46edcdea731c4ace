package io.dmyt.cli.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.dmyt.data.Shard;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Json;
import io.dmyt.internal.Sha256;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the output of a shard says of itself, in a file beside it, so that only what belongs
 * together is merged.
 *
 * @param format of this note
 * @param command that wrote the output
 * @param shard its number, from 1
 * @param of how many
 * @param files SHA-256 over the names of all shards' files
 * @param settings what must be the same in all shards, by its name
 */
public record ShardNote(
    int format, String command, int shard, int of, String files, Map<String, String> settings) {
  private static final int FORMAT = 1;

  public ShardNote {
    settings = new TreeMap<>(settings);
  }

  /**
   * Of a command's shard.
   *
   * @param names of all shards' files, in their order
   * @param settings what must be the same in all shards
   */
  public static ShardNote of(
      String command, Shard shard, List<String> names, Map<String, String> settings) {
    MessageDigest digest = Sha256.begin();
    for (String name : names) {
      digest.update((name + '\0').getBytes(StandardCharsets.UTF_8));
    }
    return new ShardNote(
        FORMAT, command, shard.number(), shard.count(), Sha256.hex(digest), settings);
  }

  /** A file's content as a setting. */
  public static String hash(Path file) throws IOException {
    MessageDigest digest = Sha256.begin();
    try (InputStream in = Files.newInputStream(file);
        DigestOutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      in.transferTo(out);
    }
    return Sha256.hex(digest);
  }

  /** The note of an output, a file or a folder. */
  public static Path beside(Path output) {
    return Files.isDirectory(output)
        ? output.resolve("shard.json")
        : output.resolveSibling(output.getFileName() + ".shard.json");
  }

  /**
   * Writes it beside an output that is finished; with no note, removes what an earlier run wrote.
   */
  public static void mark(@Nullable Path output, @Nullable ShardNote note) throws IOException {
    if (output != null && note != null) {
      AtomicFile.write(beside(output), Json.write(note));
    } else if (output != null) {
      Files.deleteIfExists(beside(output));
    }
  }

  /** The same as a line of JSON, which comes before the others. */
  public String line() {
    try {
      return Shards.LINE
          + Json.mapper()
              .writer()
              .without(SerializationFeature.INDENT_OUTPUT)
              .writeValueAsString(this)
          + "}";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Reads the note beside an output. */
  public static ShardNote read(Path output) throws IOException {
    Path file = beside(output);
    if (!Files.exists(output)) {
      throw new IOException("no such file or folder: " + output);
    }
    if (!Files.exists(file)) {
      throw new IOException(
          Text.format(
              "%s is not a shard: it was written without --shard, or its %s is missing",
              output, file.getFileName()));
    }
    return parse(Files.readString(file), file);
  }

  static ShardNote parse(String json, Path where) throws IOException {
    try {
      ShardNote note = Json.mapper().readValue(json, ShardNote.class);
      if (note == null || note.format != FORMAT || note.command == null || note.files == null) {
        throw new IOException(where + " is not a shard's note that this version knows");
      }
      return note;
    } catch (JsonProcessingException e) {
      throw new IOException(Text.format("%s: %s", where, Json.fault(e)), e);
    }
  }
}
