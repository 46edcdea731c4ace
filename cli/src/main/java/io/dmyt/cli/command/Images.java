package io.dmyt.cli.command;

import io.dmyt.DetectorSpec;
import io.dmyt.cli.option.DataOptions;
import io.dmyt.data.ImageFolder;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.LabelledSample;
import io.dmyt.data.LoaderOptions;
import io.dmyt.evaluation.embedding.ClassSample;
import java.util.List;

/** What the commands that read images share. */
final class Images {
  /** Of the choice of an SVM's training images. */
  static final long SVM_SEED = 42;

  private Images() {}

  /** Batches to train on: shuffled by the seed, whole ones only. */
  static ImageFolderIterator shuffled(
      DataOptions options, ImageFolder folder, DetectorSpec spec, long seed) {
    LoaderOptions loader = LoaderOptions.training(spec.preprocessing()).withSeed(seed);
    return new ImageFolderIterator(folder, configured(loader, options));
  }

  /** Batches of every image, in the given order. */
  static ImageFolderIterator inOrder(
      DataOptions options, List<LabelledSample> files, DetectorSpec spec) {
    return new ImageFolderIterator(files, spec.classes(), loader(options, spec));
  }

  /** How to load every image, in order. */
  static LoaderOptions loader(DataOptions options, DetectorSpec spec) {
    return configured(LoaderOptions.evaluation(spec.preprocessing()), options);
  }

  private static LoaderOptions configured(LoaderOptions loader, DataOptions options) {
    return loader
        .withBatch(options.batch)
        .withWorkers(options.threads())
        .withBadImages(options.badImages());
  }

  /** What an SVM is fitted to: up to 1,000 images a class, as the reference takes them. */
  static List<LabelledSample> forSvm(ImageFolder train, long seed) {
    return ClassSample.of(train.samples(), ClassSample.DEFAULT_PER_CLASS, seed);
  }
}
