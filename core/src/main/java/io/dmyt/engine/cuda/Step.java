package io.dmyt.engine.cuda;

import java.util.ArrayList;
import java.util.List;

/**
 * Something that is put on the stream.
 *
 * @param what for profiles
 * @param uses the tensors that it reads or writes
 */
record Step(String what, List<Tensor> uses, Runnable run) {

  static Step of(String what, Runnable run, Tensor... uses) {
    return new Step(what, List.of(uses), run);
  }

  static Step of(String what, Runnable run, List<Tensor> uses, Tensor... more) {
    List<Tensor> all = new ArrayList<>(uses);
    all.addAll(List.of(more));
    return new Step(what, List.copyOf(all), run);
  }
}
