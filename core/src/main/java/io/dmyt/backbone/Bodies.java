package io.dmyt.backbone;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The networks' state dicts without classifier, each worked out once. */
final class Bodies {
  private static final Map<String, List<NamedParameter>> KNOWN = new ConcurrentHashMap<>();

  private Bodies() {}

  static List<NamedParameter> of(Model model) {
    return KNOWN.computeIfAbsent(
        model.spec().name(),
        name ->
            Architecture.of(model, BackboneOptions.defaults()).bindings().stream()
                .map(ParameterBinding::parameter)
                .toList());
  }
}
