package io.dmyt.data;

import io.dmyt.internal.Text;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.ListIterator;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/**
 * One pass over the images: workers decode, one thread takes their images in order and packs them
 * into batches, the reader takes those.
 *
 * <p>What is delivered depends on the order of the files alone: images are taken in that order, bad
 * ones left out, and the rest cut into batches. Two things bound the memory: a batch is begun only
 * when fewer than {@code prefetch} wait, and no more than {@code 2 · workers} images are being
 * decoded or wait for their batch.
 *
 * <p>{@link #close} may be called while another thread waits in {@link #take}; that one then gets a
 * failure.
 */
final class Epoch implements AutoCloseable {
  private static final int WINDOW_PER_WORKER = 2;
  private static final AtomicInteger THREADS = new AtomicInteger();

  private final LoaderOptions options;
  private final int classes;
  private final ListIterator<LabelledSample> files;
  private final int imageLength;
  private final Supplier<ImageReader> newReader;
  private final Queue<ImageReader> readers = new ConcurrentLinkedQueue<>();
  private final Queue<float[]> buffers = new ConcurrentLinkedQueue<>();
  private final Deque<Future<Decoded>> window = new ArrayDeque<>();
  private final Semaphore room;
  private final BlockingQueue<Item> ready = new LinkedBlockingQueue<>();
  private final Queue<Thread> decoders = new ConcurrentLinkedQueue<>();
  private final ExecutorService workers;
  private final Thread packer;
  private final float[] values;
  private final int number;
  private final boolean resumed;
  private int used;
  private int batches;
  private int badImages;
  private int unwanted;
  private volatile boolean closed;

  /**
   * @param order the files, in the order of delivery
   * @param classes how many there are; 0 delivers no labels
   * @param number of the epoch
   * @param from how many of them to pass over, of which an earlier run has made batches
   * @param newReader makes a worker's reader
   */
  Epoch(
      List<LabelledSample> order,
      int number,
      int from,
      int classes,
      LoaderOptions options,
      Supplier<ImageReader> newReader) {
    this.options = options;
    this.classes = classes;
    this.number = number;
    this.used = from;
    this.resumed = from > 0;
    this.files = order.listIterator(from);
    this.newReader = newReader;
    this.imageLength = 3 * options.preprocessing().size() * options.preprocessing().size();
    this.values = new float[imageLength * options.batch()];
    this.room = new Semaphore(options.prefetch());
    this.workers = Executors.newFixedThreadPool(options.workers(), this::decoder);
    this.packer = thread("batch", this::pack);
    packer.start();
  }

  private Thread decoder(Runnable task) {
    Thread thread = thread("decode", task);
    decoders.add(thread);
    return thread;
  }

  private static Thread thread(String role, Runnable task) {
    Thread thread = new Thread(task, "dmyt-" + role + "-" + THREADS.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Waits for what comes next: a batch, or last of all the end or a failure.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  Item take() throws InterruptedException {
    Item item = ready.take();
    room.release();
    return item;
  }

  private void pack() {
    try {
      Item item;
      do {
        room.acquire();
        item = next();
        ready.add(item);
      } while (item.batch != null);
    } catch (InterruptedException e) {
      ready.add(
          new Item(null, List.of(), new IllegalStateException("The iterator is closed"), used));
    }
  }

  private Item next() throws InterruptedException {
    List<LabelledSample> taken = new ArrayList<>();
    List<BadImageException> bad = new ArrayList<>();
    try {
      fillBatch(taken, bad);
      boolean complete = taken.size() == options.batch();
      if (complete || (!taken.isEmpty() && !options.dropLast())) {
        batches++;
        return new Item(dataSet(taken), bad, null, used);
      }
      boolean nothing = batches == 0 && unwanted == 0 && !resumed;
      return new Item(null, bad, nothing ? nothing(taken.size()) : null, used);
    } catch (ExecutionException e) {
      return new Item(null, bad, e.getCause(), used);
    } catch (RuntimeException | Error e) {
      return new Item(null, bad, e, used);
    }
  }

  private void fillBatch(List<LabelledSample> taken, List<BadImageException> bad)
      throws InterruptedException, ExecutionException {
    while (taken.size() < options.batch()) {
      fillWindow();
      Future<Decoded> first = window.poll();
      if (first == null) {
        return;
      }
      Decoded image = first.get();
      used++;
      if (closed) {
        throw new InterruptedException();
      }
      if (image.problem != null) {
        bad.add(image.problem);
        checkLimit(image.problem);
      } else if (image.sample == null) {
        unwanted++;
      } else {
        System.arraycopy(image.values, 0, values, taken.size() * imageLength, imageLength);
        taken.add(image.sample);
      }
      buffers.add(image.values);
    }
  }

  private void checkLimit(BadImageException problem) {
    badImages++;
    int limit = options.badImages().limit();
    if (badImages > limit) {
      throw limit == 0 ? problem : new TooManyBadImagesException(limit, problem);
    }
  }

  private ImageDataException nothing(int left) {
    return new ImageDataException(
        left == 0
            ? Text.format("None of the %d images can be read", badImages)
            : Text.format(
                "%d images don't fill a batch of %d and incomplete batches are dropped; use a smaller batch",
                left, options.batch()));
  }

  private void fillWindow() {
    while (window.size() < WINDOW_PER_WORKER * options.workers() && files.hasNext()) {
      long draw = EpochOrder.draw(options.seed(), number, files.nextIndex());
      LabelledSample file = files.next();
      window.add(workers.submit(() -> decode(file, draw)));
    }
  }

  private Decoded decode(LabelledSample file, long draw) {
    ImageReader reader = readers.poll();
    if (reader == null) {
      reader = newReader.get();
    }
    float[] buffer = buffers.poll();
    if (buffer == null) {
      buffer = new float[imageLength];
    }
    try {
      return new Decoded(reader.read(file, draw, buffer).orElse(null), buffer, null);
    } catch (BadImageException e) {
      return new Decoded(null, buffer, e);
    } finally {
      readers.add(reader);
    }
  }

  private DataSet dataSet(List<LabelledSample> taken) {
    int size = options.preprocessing().size();
    int count = taken.size();
    float[] used = count == options.batch() ? values : Arrays.copyOf(values, count * imageLength);
    INDArray features =
        options.channelsLast()
            ? Detached.channelsLast(used, count, size, size, 3)
            : Detached.floats(used, count, 3, size, size);
    DataSet set = new DataSet(features, classes == 0 ? null : oneHot(taken));
    set.setExampleMetaData(taken.stream().map(t -> new LoadedSample(t.sample())).toList());
    return set;
  }

  private INDArray oneHot(List<LabelledSample> taken) {
    float[] labels = new float[taken.size() * classes];
    for (int i = 0; i < taken.size(); i++) {
      labels[i * classes + taken.get(i).label()] = 1;
    }
    return Detached.floats(labels, taken.size(), classes);
  }

  /** Stops the threads, waits until they are gone and frees what they held. */
  @Override
  public void close() {
    closed = true;
    packer.interrupt();
    workers.shutdownNow();
    boolean interrupted = join(packer);
    for (Thread thread : decoders) {
      interrupted |= join(thread);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    readers.forEach(ImageReader::close);
    readers.clear();
  }

  /** Waits for a thread's end in any case; says whether it was interrupted meanwhile. */
  private static boolean join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        return interrupted;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
  }

  /**
   * What the reader gets.
   *
   * @param batch null at the end of the epoch or after a failure
   * @param bad the bad images that were met on the way
   * @param failure what ended the epoch early, or null
   * @param used how many of the files this batch and those before it have taken, bad ones included
   */
  record Item(
      @Nullable DataSet batch,
      List<BadImageException> bad,
      @Nullable Throwable failure,
      int used) {}

  /**
   * @param sample null if it goes into no batch
   * @param problem null if it is an image
   */
  private record Decoded(
      @Nullable LabelledSample sample, float[] values, @Nullable BadImageException problem) {}
}
