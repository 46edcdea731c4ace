package io.dmyt.data;

import java.util.OptionalLong;

/** A sample and what was read of it. */
record OpenedSample(Sample source, SampleContent content) implements Sample {
  @Override
  public SampleId id() {
    return source.id();
  }

  @Override
  public String group() {
    return source.group();
  }

  @Override
  public OptionalLong size() {
    return source.size();
  }

  @Override
  public SampleContent open() {
    return content;
  }
}
