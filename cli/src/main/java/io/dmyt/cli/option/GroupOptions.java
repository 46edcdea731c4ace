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
          "Which parameters to train: all; norm (the scales and shifts of normalisation layers,"
              + " and the classifier); head (the classifier); or a regular expression that is"
              + " found in their names")
  String trainOnly = ParameterGroups.ALL.trainOnly();

  @Parameter(
      names = "--freeze",
      description = "Don't train the parameters in whose names this regular expression is found")
  @Nullable String freeze;

  @Parameter(
      names = "--decay-matrices-only",
      description = "No weight decay for vectors, biases, tokens and position tables, as in timm")
  boolean decayMatricesOnly;

  @Parameter(
      names = "--layer-decay",
      validateWith = OptionChecks.Positive.class,
      description =
          "Factor of the learning rate from each layer to the one before it, such as 0.75; 1: all"
              + " layers learn at the same rate")
  double layerDecay = ParameterGroups.ALL.layerDecay();

  @Parameter(
      names = "--groups",
      description =
          "Learning rate and weight decay by parameter: \"PATTERN: lr=FACTOR, decay=NUMBER; ...\"."
              + " FACTOR multiplies --lr; the last pattern that is found in a parameter's name"
              + " counts")
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
