package io.dmyt.training;

import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.FlatRange;
import io.dmyt.backbone.ParameterTraits;
import io.dmyt.internal.Text;
import io.dmyt.optim.ParameterGroup;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Which of a network's parameters learn, and how fast, by their names in timm's state dict.
 *
 * <p>A parameter that doesn't learn stays as it is, bit by bit. Batch norm's running statistics are
 * no such parameters: in training they follow the batches always, as in PyTorch, where a frozen
 * layer in training mode does so too.
 *
 * @param trainOnly {@code all}; {@code norm}: the scales and shifts of normalisation layers, and
 *     the classifier; {@code head}: the classifier alone; or a regular expression that is found in
 *     the names of the parameters that learn
 * @param freeze a regular expression that is found in the names of parameters that don't learn all
 *     the same; null for none
 * @param decayMatricesOnly whether vectors, biases, tokens and tables of positions have no weight
 *     decay, as with timm
 * @param layerDecay what the learning rate is multiplied with from one layer to the one before, in
 *     (0, 1]; the head has the whole rate (Clark et al., <i>ELECTRA</i>, ICLR 2020; Bao et al.,
 *     <i>BEiT</i>, ICLR 2022)
 * @param rules for parameters by their names; of several that match, the last one counts
 */
public record ParameterGroups(
    String trainOnly,
    @Nullable String freeze,
    boolean decayMatricesOnly,
    double layerDecay,
    List<Rule> rules)
    implements Serializable {
  /** All parameters learn alike. */
  public static final ParameterGroups ALL = new ParameterGroups("all", null, false, 1, List.of());

  /**
   * How some parameters learn.
   *
   * @param pattern a regular expression that is found in their names
   * @param rate what the learning rate is multiplied with, at least 0
   * @param weightDecay at least 0; null for the one that they have otherwise
   */
  public record Rule(String pattern, double rate, @Nullable Double weightDecay)
      implements Serializable {
    /**
     * @throws IllegalArgumentException if a number is out of range, or the pattern is not a regular
     *     expression
     */
    public Rule {
      ParameterGroups.pattern(pattern);
      if (!(rate >= 0 && Double.isFinite(rate))
          || (weightDecay != null && !(weightDecay >= 0 && Double.isFinite(weightDecay)))) {
        throw new IllegalArgumentException(
            Text.format("%s: lr and decay must be at least 0", pattern));
      }
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
      return pattern + ": lr=" + rate + (weightDecay == null ? "" : ", decay=" + weightDecay);
    }

    private static Rule parse(String text) {
      int colon = text.lastIndexOf(':');
      double rate = 1;
      Double decay = null;
      try {
        for (String setting : text.substring(colon + 1).split(",", -1)) {
          String[] parts = setting.split("=", -1);
          switch (parts[0].strip()) {
            case "lr" -> rate = Double.parseDouble(parts[1]);
            case "decay" -> decay = Double.valueOf(parts[1]);
            default -> throw new IllegalArgumentException("neither lr nor decay");
          }
        }
      } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
        throw new IllegalArgumentException(
            Text.format(
                "%s: expected a pattern and what it means, such as \"^head: lr=10, decay=0\"",
                text.strip()),
            e);
      }
      return new Rule(text.substring(0, Math.max(0, colon)).strip(), rate, decay);
    }
  }

  /**
   * @throws IllegalArgumentException if a number is out of range, or a pattern is not a regular
   *     expression
   */
  public ParameterGroups {
    rules = List.copyOf(rules);
    pattern(trainOnly);
    if (freeze != null) {
      pattern(freeze);
    }
    if (!(layerDecay > 0 && layerDecay <= 1)) {
      throw new IllegalArgumentException(
          Text.format("the layer decay must be above 0 and at most 1, found %s", layerDecay));
    }
  }

  /**
   * Reads rules.
   *
   * @param text {@code PATTERN: lr=FACTOR, decay=NUMBER; ...}, either of the two or both
   * @throws IllegalArgumentException if it says anything else
   */
  public static List<Rule> rules(String text) {
    List<Rule> rules = new ArrayList<>();
    for (String rule : text.split(";", -1)) {
      if (!rule.isBlank()) {
        rules.add(Rule.parse(rule));
      }
    }
    return rules;
  }

  private static Pattern pattern(String text) {
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          Text.format("\"%s\" is not a regular expression: %s", text, e.getDescription()), e);
    }
  }

  /** The same with other parameters that learn. */
  public ParameterGroups withTrainOnly(String value) {
    return new ParameterGroups(value, freeze, decayMatricesOnly, layerDecay, rules);
  }

  /** The same with parameters that don't learn. */
  public ParameterGroups withFreeze(@Nullable String value) {
    return new ParameterGroups(trainOnly, value, decayMatricesOnly, layerDecay, rules);
  }

  /** The same with weight decay for matrices alone, or for all. */
  public ParameterGroups withDecayMatricesOnly(boolean value) {
    return new ParameterGroups(trainOnly, freeze, value, layerDecay, rules);
  }

  /** The same with a learning rate that falls layer by layer. */
  public ParameterGroups withLayerDecay(double value) {
    return new ParameterGroups(trainOnly, freeze, decayMatricesOnly, value, rules);
  }

  /** The same with rules. */
  public ParameterGroups withRules(List<Rule> value) {
    return new ParameterGroups(trainOnly, freeze, decayMatricesOnly, layerDecay, value);
  }

  /**
   * The groups of a network's parameters, in their order, with those that don't learn.
   *
   * @param weightDecay of parameters that no rule gives another
   * @throws IllegalArgumentException if a pattern is found in no name, nothing is left to learn, or
   *     the order of the network's layers is asked for and not known
   */
  public List<ParameterGroup> of(Backbone backbone, double weightDecay) {
    ParameterTraits traits = new ParameterTraits(backbone);
    List<String> names = traits.names();
    Predicate<String> learns = learning(backbone, traits);
    Map<String, Integer> depths = layerDecay == 1 ? Map.of() : traits.depths();
    int deepest = depths.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    for (Rule rule : rules) {
      requireFound(backbone, names, rule.pattern);
    }
    Map<Long, ParameterGroup> groups = new TreeMap<>();
    for (String name : names) {
      double rate = Math.pow(layerDecay, deepest - depths.getOrDefault(name, deepest));
      double decay = decayMatricesOnly && !traits.decays(name) ? 0 : weightDecay;
      Rule rule = rule(name);
      if (rule != null) {
        rate *= rule.rate;
        decay = rule.weightDecay == null ? decay : rule.weightDecay;
      }
      for (FlatRange range : traits.ranges(name)) {
        groups.merge(
            range.from(),
            new ParameterGroup(range.from(), range.length(), learns.test(name) ? rate : 0, decay),
            (a, b) -> a.rate() >= b.rate() ? a : b);
      }
    }
    if (groups.values().stream().noneMatch(ParameterGroup::learns)) {
      throw new IllegalArgumentException(
          Text.format(
              "nothing would learn: what is to be trained (%s), frozen, or at a rate of 0 leaves no"
                  + " parameter of %s",
              trainOnly, backbone.spec().name()));
    }
    return List.copyOf(groups.values());
  }

  private @Nullable Rule rule(String name) {
    return rules.stream()
        .filter(r -> pattern(r.pattern).matcher(name).find())
        .reduce((a, b) -> b)
        .orElse(null);
  }

  private Predicate<String> learning(Backbone backbone, ParameterTraits traits) {
    Predicate<String> chosen =
        switch (trainOnly) {
          case "all" -> name -> true;
          case "head" -> traits::isOfClassifier;
          case "norm" -> name -> traits.isOfNormalization(name) || traits.isOfClassifier(name);
          default -> requireFound(backbone, traits.names(), trainOnly);
        };
    return freeze == null
        ? chosen
        : chosen.and(requireFound(backbone, traits.names(), freeze).negate());
  }

  private static Predicate<String> requireFound(
      Backbone backbone, List<String> names, String text) {
    Predicate<String> found = pattern(text).asPredicate();
    if (names.stream().noneMatch(found)) {
      throw new IllegalArgumentException(
          Text.format(
              "no parameter of %s has \"%s\" in its name; the first is %s, the last %s",
              backbone.spec().name(), text, names.get(0), names.get(names.size() - 1)));
    }
    return found;
  }
}
