package io.dmyt.cli.option;

import com.beust.jcommander.Parameter;
import io.dmyt.training.ParameterGroups;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Options that say which parameters learn, and how fast, by their names in timm's state dict. */
final class GroupOptions {
  @Parameter(
      names = "--train-only",
      description =
          "What learns: all; norm (normalisation layers' scales and shifts, and the classifier);"
              + " head (the classifier); or the parameters in whose names this regular expression"
              + " is found")
  String trainOnly = ParameterGroups.ALL.trainOnly();

  @Parameter(
      names = "--freeze",
      description = "Regular expression: parameters in whose names it is found don't learn")
  @Nullable String freeze;

  @Parameter(
      names = "--decay-matrices-only",
      description =
          "No weight decay for vectors, biases, tokens and position tables, as timm has it")
  boolean decayMatricesOnly;

  @Parameter(
      names = "--layer-decay",
      validateWith = OptionChecks.Positive.class,
      description =
          "What the learning rate is multiplied with from one layer to the one before, such as"
              + " 0.75; 1: nothing")
  double layerDecay = ParameterGroups.ALL.layerDecay();

  @Parameter(
      names = "--groups",
      description =
          "Learning rate and decay by name: \"PATTERN: lr=FACTOR, decay=NUMBER; ...\", where the"
              + " factor is of --lr, and the last pattern that is found in a name counts")
  @Nullable String rules;

  ParameterGroups groups() {
    return new ParameterGroups(
        trainOnly,
        freeze,
        decayMatricesOnly,
        layerDecay,
        rules == null ? List.of() : ParameterGroups.rules(rules));
  }
}
