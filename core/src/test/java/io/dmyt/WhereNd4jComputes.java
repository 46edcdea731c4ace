package io.dmyt;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.dmyt.engine.Backend;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Skips the tests whose classes lead to ND4J where ND4J's backend is CUDA's and there is no GPU for
 * it; says so once. JUnit finds this by {@code META-INF/services}.
 */
public final class WhereNd4jComputes implements ExecutionCondition {
  private static final class Here {
    static final String REASON = Backend.unusableBecause();
    static final JavaClasses CLASSES =
        REASON == null ? null : new ClassFileImporter().importPackages("io.dmyt");

    static {
      if (REASON != null) {
        System.err.println("Tests that need ND4J are skipped: " + REASON);
      }
    }
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return Here.REASON == null || context.getTestClass().isEmpty()
        ? enabled("ND4J computes here")
        : evaluate(context.getRequiredTestClass());
  }

  private static ConditionEvaluationResult evaluate(Class<?> test) {
    JavaClass known = Here.CLASSES.get(test);
    boolean needed =
        known.getTransitiveDependenciesFromSelf().stream()
            .anyMatch(d -> d.getTargetClass().getName().equals(Nd4j.class.getName()));
    return needed ? disabled(Here.REASON) : enabled("no ND4J needed");
  }
}
