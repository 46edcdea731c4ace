package io.dmyt.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** What a test needs of the machine that it runs on; elsewhere it is skipped, and says why. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Requires.Condition.class)
public @interface Requires {
  /** All of it. */
  Machine[] value();

  /** A machine that not everybody has. */
  enum Machine {
    /** An engine that is faster than DL4J's own layers. */
    FAST_ENGINE(Engines::bestUnavailableBecause),
    /** oneDNN: its classes, and a CPU that it runs on. */
    ONEDNN(() -> unavailable("onednn")),
    /** A GPU for our engine, which isn't ND4J's own backend for CUDA. */
    GPU(() -> unavailable("cuda")),
    /** ND4J's arrays in the host's memory, not a GPU's. */
    HOST_ARRAYS(() -> Backend.isCuda() ? "needs arrays in host memory" : null);

    private final Supplier<String> missing;

    Machine(Supplier<String> missing) {
      this.missing = missing;
    }

    private static String unavailable(String engine) {
      return Engines.provider(engine)
          .map(provider -> Optional.ofNullable(provider.unavailableBecause()))
          .orElse(Optional.of("no engine is named " + engine))
          .orElse(null);
    }

    /** Skips the test that asks, unless this is such a machine. */
    public void assume() {
      String reason = missing.get();
      assumeTrue(reason == null, reason);
    }
  }

  /** Reads the annotation. */
  class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      Optional<Requires> wanted =
          AnnotationSupport.findAnnotation(context.getElement(), Requires.class);
      for (Machine machine : wanted.map(Requires::value).orElse(new Machine[0])) {
        String reason = machine.missing.get();
        if (reason != null) {
          return ConditionEvaluationResult.disabled(reason);
        }
      }
      return ConditionEvaluationResult.enabled("the machine has it");
    }
  }
}
