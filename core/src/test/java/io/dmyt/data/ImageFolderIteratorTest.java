package io.dmyt.data;

import static io.dmyt.data.ImageFolderTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

@Timeout(60)
class ImageFolderIteratorTest {
  private static final Preprocessing SMALL = Preprocessing.imageNet(4);
  private static final LoaderOptions PLAIN =
      LoaderOptions.evaluation(SMALL).withBatch(3).withWorkers(2);

  /** A file called N yields N everywhere, one called bad... is bad. */
  private static final class FakeReader implements ImageReader {
    private final AtomicInteger open;

    FakeReader(AtomicInteger open) {
      this.open = open;
      open.incrementAndGet();
    }

    @Override
    public Optional<Sample> read(Sample sample, float[] target) {
      String name = sample.id().toString();
      if (name.startsWith("bad")) {
        throw new BadImageException(name, "made so");
      }
      java.util.Arrays.fill(target, Float.parseFloat(name));
      return Optional.of(sample);
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  private final AtomicInteger openReaders = new AtomicInteger();

  private ImageFolderIterator fake(List<String> names, LoaderOptions options) {
    return fake(names, options, () -> new FakeReader(openReaders));
  }

  private static ImageFolderIterator fake(
      List<String> names, LoaderOptions options, Supplier<ImageReader> readers) {
    List<LabelledSample> files = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      files.add(image(names.get(i), i % 2));
    }
    return new ImageFolderIterator(files, List.of("a", "b"), options, readers);
  }

  private static List<String> numbers(int count) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(String.valueOf(i));
    }
    return names;
  }

  private static LabelledSample image(String name, int label) {
    return new LabelledSample(Sample.of(Path.of(name)), label);
  }

  private static List<String> names(DataSet batch) {
    return LoadedSample.of(batch).stream().map(sample -> sample.id().toString()).toList();
  }

  /** The files of each batch of an epoch; checks that features and labels belong to them. */
  private static List<List<String>> epoch(ImageFolderIterator batches) {
    List<List<String>> epoch = new ArrayList<>();
    while (batches.hasNext()) {
      DataSet batch = batches.next();
      List<String> names = names(batch);
      assertEquals(names.size(), batch.numExamples());
      for (int i = 0; i < names.size(); i++) {
        int number = Integer.parseInt(names.get(i));
        assertEquals(number, batch.getFeatures().getDouble(i, 0, 0, 0));
        assertEquals(number, batch.getFeatures().getDouble(i, 2, 3, 3));
        LabelledSample file =
            batches.files().stream()
                .filter(f -> f.sample().id().toString().equals(String.valueOf(number)))
                .findFirst()
                .orElseThrow();
        assertEquals(1, batch.getLabels().getDouble(i, file.label()));
        assertEquals(0, batch.getLabels().getDouble(i, 1 - file.label()));
      }
      epoch.add(names);
    }
    return epoch;
  }

  private static List<String> flat(List<List<String>> epoch) {
    return epoch.stream().flatMap(List::stream).toList();
  }

  // Order.

  @Test
  void keepsTheGivenOrderAndTheLastBatch() {
    try (ImageFolderIterator batches = fake(List.of("4", "9", "1", "7"), PLAIN)) {
      assertEquals(List.of(List.of("4", "9", "1"), List.of("7")), epoch(batches));
      assertFalse(batches.hasNext());
      assertThrows(NoSuchElementException.class, batches::next);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8})
  void orderDoesNotDependOnWorkersOrPrefetch(int workers) {
    LoaderOptions options = LoaderOptions.training(SMALL).withBatch(4).withSeed(11);
    List<String> names = new ArrayList<>(numbers(50));
    names.addAll(5, List.of("bad1", "bad2"));
    names.add(30, "bad3");
    List<List<List<String>>> runs = new ArrayList<>();
    for (LoaderOptions o :
        List.of(options.withWorkers(1), options.withWorkers(workers).withPrefetch(workers))) {
      try (ImageFolderIterator batches = fake(names, o)) {
        List<List<String>> both = new ArrayList<>(epoch(batches));
        batches.reset();
        both.addAll(epoch(batches));
        runs.add(both);
      }
    }
    assertEquals(24, runs.get(0).size());
    assertEquals(runs.get(0), runs.get(1));
  }

  @Test
  void everyEpochHasEveryImageOnceInAnOrderOfItsOwn() {
    LoaderOptions options = PLAIN.withShuffle(true).withSeed(3);
    try (ImageFolderIterator batches = fake(numbers(40), options)) {
      Set<List<String>> orders = new HashSet<>();
      for (int e = 0; e < 4; e++) {
        assertEquals(e, batches.epoch());
        List<String> order = flat(epoch(batches));
        assertEquals(40, order.size());
        assertEquals(Set.copyOf(numbers(40)), Set.copyOf(order));
        orders.add(order);
        batches.reset();
      }
      orders.add(numbers(40));
      assertEquals(5, orders.size());
    }
  }

  @Test
  void seedAndEpochDecideTheOrder() {
    List<String> seed3 = firstEpoch(3, 0);
    assertEquals(seed3, firstEpoch(3, 0));
    assertNotEquals(seed3, firstEpoch(4, 0));
    try (ImageFolderIterator batches = fake(numbers(20), PLAIN.withShuffle(true).withSeed(3))) {
      epoch(batches);
      batches.reset();
      assertEquals(flat(epoch(batches)), firstEpoch(3, 1), "resumed at epoch 1");
    }
  }

  private List<String> firstEpoch(long seed, int number) {
    LoaderOptions options = PLAIN.withShuffle(true).withSeed(seed);
    try (ImageFolderIterator batches = fake(numbers(20), options)) {
      batches.reset(number);
      assertEquals(number, batches.epoch());
      return flat(epoch(batches));
    }
  }

  @Test
  void shufflingReachesEveryPlaceFromEveryPlace() {
    boolean[][] seen = new boolean[6][6];
    List<LabelledSample> files = numbers(6).stream().map(n -> image(n, 0)).toList();
    for (int e = 0; e < 300; e++) {
      List<LabelledSample> order = Samplers.shuffled(files, EpochOrder.random(1, e));
      for (int i = 0; i < 6; i++) {
        seen[i][files.indexOf(order.get(i))] = true;
      }
    }
    for (boolean[] row : seen) {
      assertArrayEquals(new boolean[] {true, true, true, true, true, true}, row);
    }
  }

  @Test
  void dropLastLeavesOutTheIncompleteBatchOnly() {
    try (ImageFolderIterator batches = fake(numbers(8), PLAIN.withDropLast(true))) {
      assertEquals(List.of(List.of("0", "1", "2"), List.of("3", "4", "5")), epoch(batches));
    }
    try (ImageFolderIterator batches = fake(numbers(6), PLAIN.withDropLast(true))) {
      assertEquals(2, epoch(batches).size());
    }
  }

  @Test
  void tooFewImagesForABatchIsSaid() {
    try (ImageFolderIterator batches = fake(numbers(2), PLAIN.withDropLast(true))) {
      assertTrue(batches.hasNext());
      assertMessage("2 images don't fill a batch of 3", batches::next);
    }
  }

  // Epochs.

  @Test
  void resetBeginsTheNextEpochOnlyIfOneWasBegun() {
    try (ImageFolderIterator batches = fake(numbers(9), PLAIN)) {
      batches.reset();
      assertTrue(batches.hasNext());
      batches.reset();
      assertEquals(0, batches.epoch());
      batches.next();
      batches.reset();
      assertEquals(1, batches.epoch());
      assertEquals(numbers(9), flat(epoch(batches)));
      assertThrows(IllegalArgumentException.class, () -> batches.reset(-1));
    }
    assertEquals(0, openReaders.get());
  }

  // Bad images.

  @Test
  void badImagesAreSkippedAndListedAndTheNextOnesFillTheBatch() {
    List<String> names = List.of("bad1", "0", "1", "bad2", "bad3", "2", "3", "bad4");
    try (ImageFolderIterator batches = fake(names, PLAIN.withBadImages(BadImages.skip(4)))) {
      for (int e = 0; e < 2; e++) {
        assertEquals(List.of(List.of("0", "1", "2"), List.of("3")), epoch(batches));
        assertEquals(
            List.of("bad1", "bad2", "bad3", "bad4"),
            batches.badImages().stream().map(BadImageException::file).toList());
        batches.reset();
      }
    }
  }

  @Test
  void oneBadImageMoreThanTheLimitFails() {
    List<String> names = List.of("bad1", "0", "1", "2", "bad2", "3");
    try (ImageFolderIterator batches = fake(names, PLAIN.withBadImages(BadImages.skip(1)))) {
      assertEquals(List.of("0", "1", "2"), names(batches.next()));
      assertTrue(batches.hasNext());
      assertMessage(
          "More than 1 bad images in one epoch, the last is bad2: made so", batches::next);
      assertMessage("More than 1", batches::next);
      assertEquals(2, batches.badImages().size());
    }
  }

  @Test
  void failNamesTheFirstBadImage() {
    List<String> names = List.of("0", "bad1", "1", "bad2");
    try (ImageFolderIterator batches = fake(names, PLAIN.withBadImages(BadImages.fail()))) {
      BadImageException e = assertThrows(BadImageException.class, batches::next);
      assertEquals("bad1: made so", e.getMessage());
    }
    assertThrows(IllegalArgumentException.class, () -> BadImages.skip(-1));
  }

  @Test
  void onlyBadImagesIsAnError() {
    List<String> names = List.of("bad1", "bad2");
    try (ImageFolderIterator batches = fake(names, PLAIN)) {
      assertMessage("None of the 2 images can be read", batches::next);
    }
  }

  @Test
  void whatGoesWrongInAWorkerIsThrownByNext() {
    ImageReader failing =
        new ImageReader() {
          @Override
          public Optional<Sample> read(Sample sample, float[] target) {
            if (sample.id().toString().equals("4")) {
              throw new OutOfMemoryError("made so");
            }
            return Optional.of(sample);
          }

          @Override
          public void close() {}
        };
    try (ImageFolderIterator batches = fake(numbers(9), PLAIN, () -> failing)) {
      batches.next();
      IllegalStateException e = assertThrows(IllegalStateException.class, batches::next);
      assertEquals(OutOfMemoryError.class, e.getCause().getClass());
    }
  }

  // Memory and threads.

  @Test
  void worksAheadButNotFurtherThanAllowed() throws InterruptedException {
    int workers = 3;
    int prefetch = 2;
    int batch = 5;
    int ahead = prefetch * batch + 2 * workers;
    AtomicInteger started = new AtomicInteger();
    CountDownLatch reached = new CountDownLatch(ahead);
    ImageReader counting =
        new ImageReader() {
          @Override
          public Optional<Sample> read(Sample sample, float[] target) {
            started.incrementAndGet();
            reached.countDown();
            return Optional.of(sample);
          }

          @Override
          public void close() {}
        };
    LoaderOptions options = PLAIN.withBatch(batch).withWorkers(workers).withPrefetch(prefetch);
    try (ImageFolderIterator batches = fake(numbers(500), options, () -> counting)) {
      for (int taken = 1; taken <= 20; taken++) {
        batches.next();
        int limit = (prefetch + taken) * batch + 2 * workers;
        assertTrue(started.get() <= limit, started + " decoded, at most " + limit + " allowed");
      }
      assertTrue(reached.await(30, TimeUnit.SECONDS), "It doesn't work ahead");
    }
  }

  @Test
  void closeEndsThreadsAndReadersInTheMiddleOfWork() throws InterruptedException {
    Set<Thread> before = loaderThreads();
    ImageFolderIterator batches = fake(numbers(1000), PLAIN.withWorkers(4));
    batches.next();
    assertTrue(loaderThreads().size() > before.size());
    batches.close();
    batches.close();
    assertEquals(before, loaderThreads());
    assertEquals(0, openReaders.get());
    assertThrows(IllegalStateException.class, batches::hasNext);
    assertThrows(IllegalStateException.class, batches::next);
    assertThrows(IllegalStateException.class, batches::reset);
  }

  @Test
  void finishedEpochsLeaveNothingBehind() {
    Set<Thread> before = loaderThreads();
    try (ImageFolderIterator batches = fake(numbers(10), PLAIN)) {
      for (int e = 0; e < 5; e++) {
        epoch(batches);
        batches.reset();
      }
      assertEquals(before, loaderThreads());
      assertEquals(0, openReaders.get());
    }
  }

  @Test
  void closeWakesAReaderThatWaits() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    ImageReader stuck =
        new ImageReader() {
          @Override
          public Optional<Sample> read(Sample sample, float[] target) {
            reading.countDown();
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            return Optional.of(sample);
          }

          @Override
          public void close() {}
        };
    ImageFolderIterator batches = fake(numbers(9), PLAIN, () -> stuck);
    CompletableFuture<DataSet> waiting = CompletableFuture.supplyAsync(batches::next);
    assertTrue(reading.await(30, TimeUnit.SECONDS));
    batches.close();
    ExecutionException e = assertThrows(ExecutionException.class, waiting::get);
    assertEquals("The iterator is closed", e.getCause().getMessage());
    assertEquals(IllegalStateException.class, e.getCause().getClass());
  }

  private static Set<Thread> loaderThreads() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(t -> !t.getName().startsWith("dmyt-"));
    return threads;
  }

  // Real files.

  @Test
  void realImagesAreTheDecodersInEitherMemoryLayout(@TempDir Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      byte[] file = ImageDecoderTest.encode(ImageDecoderTest.picture(9 + i, 30 - i), "png");
      files.add(Files.write(folder.resolve(i + ".png"), file));
    }
    for (boolean channelsLast : new boolean[] {false, true}) {
      LoaderOptions options = PLAIN.withChannelsLast(channelsLast);
      try (ImageFolderIterator batches =
              ImageFolderIterator.unlabelled(
                  files.stream().map(Sample::of).toList(), options, LoadingSteps.PLAIN);
          ImageDecoder decoder = new ImageDecoder(SMALL)) {
        int done = 0;
        while (batches.hasNext()) {
          DataSet batch = batches.next();
          assertNull(batch.getLabels());
          int count = batch.numExamples();
          assertArrayEquals(new long[] {count, 3, 4, 4}, batch.getFeatures().shape());
          long[] strides = channelsLast ? new long[] {48, 1, 12, 3} : new long[] {48, 16, 4, 1};
          assertArrayEquals(strides, batch.getFeatures().stride());
          for (int i = 0; i < count; i++) {
            Path file = files.get(done + i);
            assertEquals(file.toString(), batch.getExampleMetaData().get(i).toString());
            assertEquals(
                decoder.decode(file),
                batch.getFeatures().get(org.nd4j.linalg.indexing.NDArrayIndex.interval(i, i + 1)));
          }
          done += count;
        }
        assertEquals(5, done);
      }
    }
  }

  @Test
  @SuppressWarnings("try") // The workspace is only to be in.
  void batchesOutliveTheReadersWorkspace() {
    try (ImageFolderIterator batches = fake(numbers(3), PLAIN);
        MemoryWorkspace ours = Nd4j.getWorkspaceManager().getAndActivateWorkspace("test")) {
      DataSet batch = batches.next();
      assertFalse(batch.getFeatures().isAttached());
      assertFalse(batch.getLabels().isAttached());
    }
  }

  // The rest of the interface.

  @Test
  void describesItselfToDl4j() {
    try (ImageFolderIterator batches = fake(numbers(4), PLAIN)) {
      assertEquals(3, batches.batch());
      assertEquals(48, batches.inputColumns());
      assertEquals(2, batches.totalOutcomes());
      assertEquals(List.of("a", "b"), batches.getLabels());
      assertTrue(batches.resetSupported());
      assertFalse(batches.asyncSupported());
      assertSame(PLAIN, batches.options());
      assertThrows(UnsupportedOperationException.class, () -> batches.next(2));
      batches.setPreProcessor(d -> d.getFeatures().addi(100));
      assertEquals(101, batches.next(3).getFeatures().getDouble(1, 0, 0, 0));
    }
  }

  @Test
  void isNotSerializable() throws IOException {
    try (ImageFolderIterator batches = fake(numbers(4), PLAIN);
        ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
      assertThrows(NotSerializableException.class, () -> out.writeObject(batches));
    }
  }

  @Test
  void whatCannotBeLoadedIsRefusedAtOnce() {
    assertMessage(
        "the list of files is empty",
        () -> ImageFolderIterator.unlabelled(List.of(), PLAIN, LoadingSteps.PLAIN));
    List<LabelledSample> files = List.of(image("x", 2));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ImageFolderIterator(files, List.of("a", "b"), PLAIN));
    assertThrows(IllegalArgumentException.class, () -> image("x", -2));
  }

  @Test
  void optionsCheckThemselves() {
    assertThrows(IllegalArgumentException.class, () -> PLAIN.withBatch(0));
    assertThrows(IllegalArgumentException.class, () -> PLAIN.withWorkers(0));
    assertThrows(IllegalArgumentException.class, () -> PLAIN.withPrefetch(0));
    LoaderOptions large = LoaderOptions.evaluation(Preprocessing.imageNet(4096));
    assertThrows(IllegalArgumentException.class, () -> large.withBatch(64));
    LoaderOptions training = LoaderOptions.training(SMALL);
    assertTrue(training.shuffle() && training.dropLast());
    assertFalse(PLAIN.shuffle() || PLAIN.dropLast());
  }
}
