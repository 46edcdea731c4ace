package io.dmyt.cli;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import io.dmyt.engine.Backend;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips the tests where ND4J's backend is CUDA's and there is no GPU for it. */
public final class WhereNd4jComputes implements ExecutionCondition {
  private static final String REASON = Backend.unusableBecause();

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return REASON == null ? enabled("ND4J computes here") : disabled(REASON);
  }
}
