package io.dmyt.backbone;

import io.dmyt.backbone.NamedParameter.Kind;
import java.util.ArrayList;
import java.util.List;

/** A state dict in the making, in its order. */
final class BindingList {
  private final List<ParameterBinding> bindings = new ArrayList<>();
  private int inserting = -1;

  int size() {
    return bindings.size();
  }

  /** Adds a parameter that is trained. */
  void bind(
      String name, List<String> vertices, String key, Layout layout, Init init, long... shape) {
    bind(name, Kind.TRAINABLE, vertices, key, layout, init, shape);
  }

  void bind(
      String name,
      Kind kind,
      List<String> vertices,
      String key,
      Layout layout,
      Init init,
      long... shape) {
    add(new ParameterBinding(NamedParameter.of(name, kind, shape), vertices, key, layout, init));
  }

  /** Adds another name of a parameter. */
  void share(String name, String original) {
    for (ParameterBinding binding : list()) {
      if (binding.parameter().name().equals(original)) {
        long[] shape = binding.parameter().shape();
        bind(
            name,
            Kind.SHARED,
            binding.vertices(),
            binding.key(),
            binding.layout(),
            binding.init(),
            shape);
        return;
      }
    }
    throw new IllegalArgumentException("no parameter " + original);
  }

  void add(ParameterBinding binding) {
    if (inserting < 0) {
      bindings.add(binding);
    } else {
      bindings.add(inserting++, binding);
    }
  }

  /** What is added meanwhile goes to that position, one after another. */
  void at(int position, Runnable adding) {
    int before = inserting;
    inserting = position;
    adding.run();
    inserting = before < 0 ? before : before + inserting - position;
  }

  /** Moves so many bindings behind all others. */
  void moveToEnd(int first, int count) {
    List<ParameterBinding> moved = List.copyOf(bindings.subList(first, first + count));
    bindings.subList(first, first + count).clear();
    bindings.addAll(moved);
  }

  List<ParameterBinding> list() {
    return List.copyOf(bindings);
  }
}
