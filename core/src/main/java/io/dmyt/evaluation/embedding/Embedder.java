package io.dmyt.evaluation.embedding;

import static io.dmyt.internal.Checks.require;

import io.dmyt.Detector;
import io.dmyt.data.BadImageException;
import io.dmyt.data.Corruption;
import io.dmyt.data.ImageDataException;
import io.dmyt.data.ImageFile;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.LoaderOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Computes the embeddings of labelled images, each once: what a cache has is taken from there. */
public final class Embedder {
  private final Detector detector;
  private final Optional<EmbeddingCache> cache;

  /**
   * What was computed.
   *
   * @param features the embeddings, in the order of the images, the bad ones left out
   * @param bad the files that are no images
   * @param cached how many of the embeddings were computed before
   */
  public record Result(FeatureSet features, List<BadImageException> bad, int cached) {}

  public Embedder(Detector detector, Optional<EmbeddingCache> cache) {
    this.detector = detector;
    this.cache = cache;
  }

  /**
   * Computes embeddings.
   *
   * @param images labelled by the detector's classes
   * @param options how to load them; they are neither shuffled nor dropped
   * @param corruption done to the images before they are resized, if any
   * @param progress is told how many are done
   * @throws IllegalArgumentException if none can be read
   */
  public Result embed(
      List<ImageFile> images,
      LoaderOptions options,
      Optional<Corruption> corruption,
      IntConsumer progress) {
    float[][] embeddings = new float[images.size()][];
    EmbeddingCache.Key[] keys = new EmbeddingCache.Key[images.size()];
    int cached = cache.map(c -> look(c, images, corruption, embeddings, keys)).orElse(0);
    progress.accept(cached);
    Map<Path, Integer> missing = new HashMap<>();
    List<ImageFile> toCompute = new ArrayList<>();
    for (int i = 0; i < embeddings.length; i++) {
      if (embeddings[i] == null) {
        missing.put(images.get(i).path(), i);
        toCompute.add(images.get(i));
      }
    }
    List<BadImageException> bad =
        toCompute.isEmpty()
            ? List.of()
            : compute(
                toCompute,
                options.withShuffle(false).withDropLast(false),
                corruption,
                (file, embedding) -> {
                  int image = missing.get(file);
                  embeddings[image] = embedding;
                  if (keys[image] != null) {
                    cache.orElseThrow().put(keys[image], embedding);
                  }
                },
                done -> progress.accept(cached + done));
    return new Result(present(images, embeddings), bad, cached);
  }

  private List<BadImageException> compute(
      List<ImageFile> images,
      LoaderOptions options,
      Optional<Corruption> corruption,
      BiConsumer<Path, float[]> keep,
      IntConsumer progress) {
    try (ImageFolderIterator batches =
        new ImageFolderIterator(
            images, detector.spec().classes(), options, corruption.orElse(null))) {
      int done = 0;
      try {
        while (batches.hasNext()) {
          DataSet batch = batches.next();
          float[][] rows = detector.embed(batch.getFeatures()).toFloatMatrix();
          List<String> files = batch.getExampleMetaData(String.class);
          for (int r = 0; r < rows.length; r++) {
            keep.accept(Path.of(files.get(r)), rows[r]);
          }
          done += rows.length;
          progress.accept(done);
        }
      } catch (ImageDataException e) {
        // All of them being bad is no fault where the cache had all of the good ones.
        int bad = batches.badImages().size();
        if (bad < images.size() || bad > options.badImages().limit()) {
          throw e;
        }
      }
      return batches.badImages();
    }
  }

  private static int look(
      EmbeddingCache cache,
      List<ImageFile> images,
      Optional<Corruption> corruption,
      float[][] embeddings,
      EmbeddingCache.Key[] keys) {
    String edit = corruption.map(Corruption::toString).orElse("");
    int found = 0;
    for (int i = 0; i < embeddings.length; i++) {
      try {
        keys[i] = EmbeddingCache.keyOf(images.get(i).path(), edit);
      } catch (IOException e) {
        continue; // Who decodes it says why.
      }
      embeddings[i] = cache.get(keys[i]).orElse(null);
      found += embeddings[i] == null ? 0 : 1;
    }
    return found;
  }

  private static FeatureSet present(List<ImageFile> images, float[][] embeddings) {
    List<float[]> rows = new ArrayList<>();
    List<ImageFile> files = new ArrayList<>();
    for (int i = 0; i < embeddings.length; i++) {
      if (embeddings[i] != null) {
        rows.add(embeddings[i]);
        files.add(images.get(i));
      }
    }
    require(!rows.isEmpty(), "none of the %d images can be read", images.size());
    INDArray features = Nd4j.createFromArray(rows.toArray(float[][]::new));
    return new FeatureSet(
        features,
        files.stream().mapToInt(ImageFile::label).toArray(),
        files.stream().map(f -> Objects.toString(f.path())).toList());
  }
}
