package io.dmyt.cli.command;

import io.dmyt.Provenance;
import io.dmyt.Version;
import io.dmyt.cli.option.OptionNames;
import io.dmyt.data.ImageFolder;
import io.dmyt.engine.Engine;
import io.dmyt.training.EpochResult;
import io.dmyt.training.ParameterGroups;
import io.dmyt.training.TrainingOptions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a trained detector says of where it comes from. */
final class TrainingProvenance {
  private TrainingProvenance() {}

  /** Of a detector as it was after an epoch. */
  static Provenance of(
      TrainCommand command,
      ImageFolder train,
      Engine engine,
      TrainingOptions training,
      EpochResult epoch) {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("learningRate", training.learningRate());
    options.put("schedule", training.rates().toString());
    options.put("optimizer", training.step().optimizer().label());
    options.put("weightDecay", training.weightDecay());
    if (!training.groups().equals(ParameterGroups.ALL)) {
      options.put("groups", training.groups().toString());
    }
    options.put("epochs", training.epochs());
    options.put("batch", command.data.batch);
    options.put("recipe", command.runs.recipe);
    options.put("pretrained", command.pretrained.from);
    options.put("engine", engine.name());
    options.put("precision", OptionNames.of(engine.options().precision()));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("epoch", epoch.epoch());
    result.put("validAccuracy", epoch.validAccuracy());
    result.put("validLoss", epoch.validLoss());
    return new Provenance(
        Version.current(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        command.seed,
        train.fingerprint(),
        train.counts(),
        options,
        result);
  }
}
