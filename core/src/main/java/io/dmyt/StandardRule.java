package io.dmyt;

import java.util.function.Function;
import java.util.function.Predicate;

/** A rule that follows from a network, by its dummies or its classifier; see {@link RuleKind}. */
final class StandardRule implements RuleKind.Fixed {
  private final String label;
  private final String requirement;
  private final Predicate<DetectorSpec> suits;
  private final Function<DetectorSpec, DecisionRule> rule;

  StandardRule(
      String label,
      String requirement,
      Predicate<DetectorSpec> suits,
      Function<DetectorSpec, DecisionRule> rule) {
    this.label = label;
    this.requirement = requirement;
    this.suits = suits;
    this.rule = rule;
  }

  static boolean hasDummies(DetectorSpec spec) {
    return spec.loss().rule() == RuleKind.DUMMIES;
  }

  @Override
  public String label() {
    return label;
  }

  @Override
  public boolean suits(DetectorSpec spec) {
    return suits.test(spec);
  }

  @Override
  public String requirement() {
    return requirement;
  }

  @Override
  public DecisionRule create(DetectorSpec spec) {
    check(spec);
    return rule.apply(spec);
  }

  @Override
  public String toString() {
    return label;
  }
}
