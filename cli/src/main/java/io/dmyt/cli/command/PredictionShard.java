package io.dmyt.cli.command;

import io.dmyt.Detector;
import io.dmyt.cli.option.OptionNames;
import io.dmyt.cli.output.ShardNote;
import io.dmyt.data.Shard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a shard of {@code dmyt predict} says of itself. */
final class PredictionShard {
  private PredictionShard() {}

  /** What makes another shard one of the same run; null if there is but one. */
  static @Nullable ShardNote note(PredictCommand command, PredictInputs found, Detector detector)
      throws IOException {
    Shard shard = command.sharding.shard;
    if (shard.isWhole()) {
      return null;
    }
    Map<String, String> settings = new TreeMap<>();
    settings.put("the detector", ShardNote.hash(command.source.weights));
    settings.put("the threshold", "" + detector.calibration().operatingPoint().threshold());
    settings.put("--video-by", OptionNames.of(command.videoBy));
    settings.put("--video-score", OptionNames.of(command.videoScore));
    settings.put("--faces", OptionNames.of(command.faces));
    settings.put("the selection of frames", command.video.selection().toString());
    return ShardNote.of(
        command.name(),
        shard,
        Stream.concat(found.images().stream(), found.videos().stream())
            .map(Path::toString)
            .toList(),
        settings);
  }
}
