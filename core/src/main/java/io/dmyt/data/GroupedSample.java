package io.dmyt.data;

import java.io.IOException;
import java.util.OptionalLong;

/** A sample as a member of a group. */
record GroupedSample(Sample source, String group) implements Sample {
  @Override
  public SampleId id() {
    return source.id();
  }

  @Override
  public OptionalLong size() {
    return source.size();
  }

  @Override
  public SampleContent open() throws IOException {
    return source.open();
  }
}
