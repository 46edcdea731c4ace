package io.dmyt.data;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import org.nd4j.linalg.dataset.DataSet;

/** An image of a batch, as DL4J carries it along: what is serialised of it is the name. */
public final class LoadedSample implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String name;
  private final transient Sample sample;

  LoadedSample(Sample sample) {
    this.sample = sample;
    name = sample.id().toString();
  }

  /**
   * The samples of a batch that an {@link ImageFolderIterator} made, in order; none if something
   * else made it, or another process.
   */
  public static List<Sample> of(DataSet batch) {
    if (batch.getExampleMetaData() == null
        || !batch.getExampleMetaData().stream().allMatch(LoadedSample::isHere)) {
      return List.of();
    }
    return batch.getExampleMetaData(LoadedSample.class).stream().map(s -> s.sample).toList();
  }

  private static boolean isHere(Object metaData) {
    return metaData instanceof LoadedSample loaded && loaded.sample != null;
  }

  /** The sample's name, {@link SampleId#toString}. */
  @Override
  public String toString() {
    return name;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LoadedSample loaded && loaded.name.equals(name);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(name);
  }
}
