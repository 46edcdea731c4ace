package io.dmyt.data;

import io.dmyt.internal.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** What DL4J asks of an iterator over batches of one size that are made ahead. */
abstract class FixedBatchIterator implements DataSetIterator {
  private static final long serialVersionUID = 1L;

  private final transient List<String> classes;
  private final transient LoaderOptions options;
  private transient @Nullable DataSetPreProcessor preProcessor;

  FixedBatchIterator(List<String> classes, LoaderOptions options) {
    this.classes = classes;
    this.options = options;
  }

  /** The batch after what somebody asked to be done to all of them. */
  DataSet preProcessed(DataSet batch) {
    if (preProcessor != null) {
      preProcessor.preProcess(batch);
    }
    return batch;
  }

  /** What it was made with. */
  public LoaderOptions options() {
    return options;
  }

  /**
   * @throws UnsupportedOperationException if another batch size than the options' is asked for
   */
  @Override
  public DataSet next(int num) {
    if (num != options.batch()) {
      throw new UnsupportedOperationException(
          Text.format("Batches of %d are made ahead, not of %d", options.batch(), num));
    }
    return next();
  }

  /** Values in one image: 3 · size · size. */
  @Override
  public int inputColumns() {
    return 3 * options.preprocessing().size() * options.preprocessing().size();
  }

  /** Number of classes, 0 if the images are unlabelled. */
  @Override
  public int totalOutcomes() {
    return classes.size();
  }

  @Override
  public boolean resetSupported() {
    return true;
  }

  /** No: it already works ahead. */
  @Override
  public boolean asyncSupported() {
    return false;
  }

  /** Images in a batch. */
  @Override
  public int batch() {
    return options.batch();
  }

  @Override
  public void setPreProcessor(DataSetPreProcessor preProcessor) {
    this.preProcessor = preProcessor;
  }

  @Override
  public @Nullable DataSetPreProcessor getPreProcessor() {
    return preProcessor;
  }

  /** Names of the classes, in the labels' order. */
  @Override
  public List<String> getLabels() {
    return classes;
  }
}
