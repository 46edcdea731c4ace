package io.dmyt.engine;

import java.util.Collection;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;

/**
 * Tells whether anybody looks at the activations of a training step, which may then not be fused.
 */
final class ActivationListeners {
  private ActivationListeners() {}

  /** Whether a listener wants to see the activations of a training step. */
  static boolean present(Collection<TrainingListener> listeners) {
    for (TrainingListener listener : listeners) {
      try {
        Class<?> by =
            listener
                .getClass()
                .getMethod("onForwardPass", Model.class, Map.class)
                .getDeclaringClass();
        if (by != BaseTrainingListener.class && by != TrainingListener.class) {
          return true;
        }
      } catch (NoSuchMethodException e) {
        return true;
      }
    }
    return false;
  }
}
