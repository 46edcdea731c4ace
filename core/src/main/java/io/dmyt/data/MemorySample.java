package io.dmyt.data;

/** A picture in memory. */
record MemorySample(SampleId id, SampleContent content) implements Sample {
  @Override
  public SampleContent open() {
    return content;
  }
}
