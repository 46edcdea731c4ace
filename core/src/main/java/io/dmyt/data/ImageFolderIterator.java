package io.dmyt.data;

import io.dmyt.internal.Text;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.DataSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Images as batches for DL4J, decoded by several threads ahead of the reader.
 *
 * <p>A batch's features are [batch, 3, size, size], float, RGB, normalised; its labels [batch,
 * classes], one-hot, or null if the images have none; its example metadata the samples, which
 * {@link LoadedSample#of} gives. Arrays belong to no workspace and are the reader's to keep.
 *
 * <p>Epochs are counted from 0; {@link #reset()} begins the next one. Images and their order depend
 * on files, options and epoch, never on the number of workers or on timing. A bad image is named in
 * the log and counted, and the next image takes its place, see {@link BadImages}; whatever else
 * goes wrong in a worker is thrown by {@link #next()}.
 *
 * <p>To be used by one thread, except for {@link #close()}. Threads are started by the first {@link
 * #hasNext()} or {@link #next()} of an epoch; they and their native memory are gone when the epoch
 * is reset or the iterator closed. Use after close throws {@link IllegalStateException}.
 */
public final class ImageFolderIterator extends FixedBatchIterator implements AutoCloseable {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(ImageFolderIterator.class);

  private final transient List<LabelledSample> files;
  private final transient Supplier<ImageReader> newReader;
  private final transient List<BadImageException> badImages = new ArrayList<>();
  private final transient Set<String> named = new HashSet<>();
  private transient @Nullable Epoch running;
  private transient volatile boolean closed;
  private transient Epoch.@Nullable Item pending;
  private transient int epoch;
  private transient int position;
  private transient boolean begun;

  /**
   * The images of one split.
   *
   * @throws ImageDataException if there are none
   */
  public ImageFolderIterator(ImageFolder folder, LoaderOptions options) {
    this(folder.samples(), folder.classes(), options);
  }

  /**
   * Images in a given order, delivered in it unless the options shuffle.
   *
   * @param classes names of the classes that the labels count, in order; none if the images are
   *     unlabelled
   * @throws ImageDataException if there are no images
   * @throws IllegalArgumentException if a label has no class
   */
  public ImageFolderIterator(
      List<LabelledSample> files, List<String> classes, LoaderOptions options) {
    this(files, classes, options, LoadingSteps.PLAIN);
  }

  /**
   * Images in a given order, something else done to each of them than decoding.
   *
   * @param classes names of the classes that the labels count, in order; none if the images are
   *     unlabelled
   * @throws ImageDataException if there are no images
   * @throws IllegalArgumentException if a label has no class
   */
  public ImageFolderIterator(
      List<LabelledSample> files, List<String> classes, LoaderOptions options, LoadingSteps steps) {
    this(files, classes, options, () -> ImageReader.of(options, steps));
  }

  ImageFolderIterator(
      List<LabelledSample> files,
      List<String> classes,
      LoaderOptions options,
      Supplier<ImageReader> newReader) {
    super(List.copyOf(classes), options);
    if (files.isEmpty()) {
      throw new ImageDataException("No images to load: the list of files is empty");
    }
    for (LabelledSample file : files) {
      boolean valid = classes.isEmpty() || (file.label() >= 0 && file.label() < classes.size());
      if (!valid) {
        throw new IllegalArgumentException(
            Text.format(
                "Label %d of %s is outside of the %d classes",
                file.label(), file.sample().id(), classes.size()));
      }
    }
    this.files = List.copyOf(files);
    this.newReader = newReader;
  }

  /**
   * Unlabelled images in a given order, such as those to predict.
   *
   * @throws ImageDataException if there are none
   */
  public static ImageFolderIterator unlabelled(
      List<? extends Sample> samples, LoaderOptions options, LoadingSteps steps) {
    List<LabelledSample> images =
        samples.stream()
            .map(sample -> new LabelledSample(sample, LabelledSample.UNLABELLED))
            .toList();
    return new ImageFolderIterator(images, List.of(), options, steps);
  }

  /**
   * Waits until a batch is there or the epoch is over.
   *
   * @return true also if {@link #next()} is going to throw
   */
  @Override
  public boolean hasNext() {
    Epoch.Item item = peek();
    return item.batch() != null || item.failure() != null;
  }

  /**
   * The next batch.
   *
   * @throws NoSuchElementException at the end of the epoch
   * @throws BadImageException if an image is bad and none may be
   * @throws ImageDataException if more images are bad than may be, or no batch can be made of them
   */
  @Override
  public DataSet next() {
    Epoch.Item item = peek();
    if (item.failure() != null) {
      throw WorkerFailure.rethrown(item.failure());
    }
    if (item.batch() == null) {
      throw new NoSuchElementException("Epoch " + epoch + " is over; call reset()");
    }
    pending = null;
    begun = true;
    position = item.used();
    return preProcessed(item.batch());
  }

  /**
   * Frees the arrays of a batch that {@link #next()} gave, for a reader that is done with them.
   * Else they wait for a garbage collection, which their few bytes on the heap may never bring
   * about.
   */
  public void free(DataSet batch) {
    Detached.free(batch.getFeatures());
    if (batch.getLabels() != null) {
      Detached.free(batch.getLabels());
    }
  }

  private Epoch.Item peek() {
    checkOpen();
    if (pending == null) {
      Epoch.Item item;
      try {
        item = current().take();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ImageDataException("Interrupted while waiting for images", e);
      }
      checkOpen();
      item.bad().forEach(this::note);
      pending = item;
    }
    return pending;
  }

  private synchronized Epoch current() {
    checkOpen();
    if (running == null) {
      badImages.clear();
      running = new Epoch(order(), epoch, position, getLabels().size(), options(), newReader);
    }
    return running;
  }

  /**
   * The images of the current epoch in the order of its batches, whether they can be read or not.
   */
  public List<LabelledSample> order() {
    LoaderOptions o = options();
    return o.shuffle()
        ? o.sampler().order(files, o.batch(), EpochOrder.random(o.seed(), epoch))
        : files;
  }

  private void note(BadImageException bad) {
    badImages.add(bad);
    if (named.add(bad.file())) {
      LOG.warn("Bad image {}", bad.getMessage());
    }
  }

  /**
   * The bad images met so far in this epoch, or in the one just finished, in the order of the
   * files. Those that were met while making a batch count when it is delivered.
   */
  public List<BadImageException> badImages() {
    return List.copyOf(badImages);
  }

  /** The current epoch, from 0. */
  public int epoch() {
    return epoch;
  }

  /** How many images the current epoch has, more or less than there are with some samplers. */
  public int images() {
    return order().size();
  }

  /** How many images of the epoch's order its batches have taken so far, bad ones included. */
  public int position() {
    return position;
  }

  /** Begins the next epoch; nothing happens if no batch of the current one was taken. */
  @Override
  public void reset() {
    checkOpen();
    boolean over = pending != null && pending.batch() == null;
    if (begun || over) {
      reset(epoch + 1);
    }
  }

  /**
   * Begins a certain epoch, such as the one to resume a training at.
   *
   * @param number from 0
   * @throws IllegalArgumentException if negative
   */
  public void reset(int number) {
    reset(number, 0);
  }

  /**
   * Goes on within an epoch: the images before are not read again.
   *
   * @param number of the epoch, from 0
   * @param from as {@link #position} was
   * @throws IllegalArgumentException if either is out of range
   */
  public void reset(int number, int from) {
    checkOpen();
    if (number < 0) {
      throw new IllegalArgumentException("Epochs are counted from 0, not " + number);
    }
    if (from < 0) {
      throw new IllegalArgumentException("Positions are counted from 0, not " + from);
    }
    stop();
    epoch = number;
    position = from;
  }

  private synchronized void stop() {
    if (running != null) {
      running.close();
      running = null;
    }
    pending = null;
    begun = false;
  }

  /** Stops the threads and frees their memory; batches that were delivered stay valid. */
  @Override
  public void close() {
    closed = true;
    stop();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("The iterator is closed");
    }
  }

  /** The images, in the order in which they were given. */
  public List<LabelledSample> files() {
    return files;
  }

  private void writeObject(ObjectOutputStream out) throws NotSerializableException {
    throw new NotSerializableException("ImageFolderIterator: it holds threads");
  }
}
