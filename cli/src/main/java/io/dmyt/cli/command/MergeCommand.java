package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import io.dmyt.cli.Main;
import io.dmyt.cli.option.UsageException;
import io.dmyt.cli.output.MergedPredictions;
import io.dmyt.cli.output.ShardNote;
import io.dmyt.cli.output.Shards;
import io.dmyt.cli.output.Terminal;
import io.dmyt.evaluation.embedding.EmbeddingMerge;
import io.dmyt.internal.Text;
import io.dmyt.screening.FaceDatasetMerge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code dmyt merge}: puts the outputs of shards together. */
@Parameters(
    commandDescription =
        "Put the outputs of predict, embed or faces with --shard together: the result is that of"
            + " one run over everything")
final class MergeCommand implements Command {
  @Parameter(
      required = true,
      description =
          "FILES|FOLDERS...: the outputs of all shards, in any order: --csv, --json, --jsonl, a"
              + " matrix .npy, or folders of faces")
  List<Path> inputs = new ArrayList<>();

  @Parameter(
      names = {"-o", "--output"},
      required = true,
      description = "File or folder for the result")
  Path output;

  @Override
  public String name() {
    return "merge";
  }

  @Override
  public boolean computes() {
    return false;
  }

  @Override
  public int run(Terminal terminal) throws IOException {
    String kind = kind(inputs.get(0));
    for (Path input : inputs) {
      if (!kind(input).equals(kind)) {
        throw new UsageException(
            Text.format("%s and %s are outputs of different kinds", inputs.get(0), input));
      }
    }
    Shards shards = Shards.of(inputs);
    if (kind.equals(".npy") && !output.toString().endsWith(".npy")) {
      throw new UsageException("--output must end in .npy, got " + output);
    }
    switch (kind) {
      case "folder" -> FaceDatasetMerge.merge(shards.outputs(), output);
      case ".npy" -> EmbeddingMerge.merge(shards.outputs(), output);
      case ".json" -> MergedPredictions.documents(shards.outputs(), output);
      case "lines" -> MergedPredictions.lines(shards.outputs(), output);
      default -> MergedPredictions.tables(shards.outputs(), output);
    }
    ShardNote.mark(output, null);
    terminal.print("%d shards of dmyt %s in %s", inputs.size(), shards.command(), output);
    return Main.OK;
  }

  private static String kind(Path input) throws IOException {
    if (Files.isDirectory(input)) {
      return "folder";
    }
    if (!Files.exists(input)) {
      throw new NoSuchFileException(input.toString());
    }
    if (MergedPredictions.areLines(input)) {
      return "lines";
    }
    String name = input.getFileName().toString().toLowerCase(Locale.ROOT);
    int dot = name.lastIndexOf('.');
    String ending = dot < 0 ? "" : name.substring(dot);
    return ending.equals(".npy") || ending.equals(".json") ? ending : ".csv";
  }
}
