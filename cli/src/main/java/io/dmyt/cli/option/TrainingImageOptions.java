package io.dmyt.cli.option;

import com.beust.jcommander.Parameter;
import io.dmyt.DetectorSpec;
import io.dmyt.data.Augmentation;
import io.dmyt.data.AugmentationSheet;
import io.dmyt.data.Augmentations;
import io.dmyt.data.ImageFolder;
import io.dmyt.data.LabelledSample;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.LoadingSteps;
import io.dmyt.data.Sampler;
import io.dmyt.data.Samplers;
import io.dmyt.data.SelfBlend;
import io.dmyt.data.VideoGrouping;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Options that say which images a network learns from, in which order, and how they are changed.
 */
public final class TrainingImageOptions {
  private static final int SHEET_ROWS = 8;

  @Parameter(
      names = "--sampler",
      description =
          "Order of the training images: shuffle; balanced (every class as often as the largest);"
              + " m-per-class=M (batches of M images a class); or paired (each fake beside the real"
              + " image of the same name, or of its name up to the first underscore)")
  String sampler = "shuffle";

  @Parameter(
      names = "--augment",
      description =
          "Random changes of the training images: none, deepfake, degrade (as social networks do),"
              + " or with commas any of flip, rotate, crop, brightness, hue, blur, noise, scale,"
              + " jpeg, erase")
  String augment = "none";

  @Parameter(
      names = "--self-blend",
      description =
          "Turn this share of the real training images into fakes by blending them with"
              + " themselves; NAME.landmarks.json beside an image says where its face is")
  double selfBlend;

  @Parameter(
      names = "--preview-augment",
      description =
          "Write some training images as --augment changes them to this PNG; train nothing")
  @Nullable Path preview;

  @Parameter(
      names = "--video-by",
      description =
          "Which images are frames of one video, for --frames-per-video and --best-by video-auc:"
              + " those of a folder, those of one name (up to the frame's number), or none")
  VideoRule videoBy = VideoRule.NONE;

  @Parameter(
      names = "--frames-per-video",
      validateWith = OptionChecks.CountOrNone.class,
      description = "Train on at most N images of each video, drawn by the seed; 0: on all")
  int framesPerVideo;

  /** The images by their videos. */
  public ImageFolder grouped(ImageFolder images) {
    VideoGrouping grouping = videoBy.grouping();
    return grouping == VideoGrouping.NONE ? images : images.groupedBy(grouping);
  }

  /** The training images: all of them, or a few of each video. */
  public List<LabelledSample> chosen(ImageFolder images, long seed) {
    if (framesPerVideo == 0) {
      return images.samples();
    }
    if (videoBy == VideoRule.NONE) {
      throw new UsageException("--frames-per-video needs --video-by");
    }
    List<LabelledSample> shuffled = new ArrayList<>(images.samples());
    Collections.shuffle(shuffled, new Random(seed));
    Map<String, Integer> counts = new HashMap<>();
    List<LabelledSample> chosen = new ArrayList<>();
    for (LabelledSample image : shuffled) {
      String video = image.label() + "/" + image.sample().group();
      if (counts.merge(video, 1, Integer::sum) <= framesPerVideo) {
        chosen.add(image);
      }
    }
    return chosen;
  }

  /** The loader's options with the order that was asked for. */
  public LoaderOptions ordered(LoaderOptions loader, DetectorSpec spec) {
    return loader.withSampler(sampler(spec));
  }

  private Sampler sampler(DetectorSpec spec) {
    String name = sampler.toLowerCase(Locale.ROOT);
    if (name.startsWith("m-per-class=")) {
      try {
        return Samplers.perClass(Integer.parseInt(name.substring(name.indexOf('=') + 1)));
      } catch (IllegalArgumentException e) {
        throw new UsageException(
            "--sampler m-per-class=M: M is a number from 1, not in " + sampler);
      }
    }
    return switch (name) {
      case "shuffle" -> Samplers.SHUFFLE;
      case "balanced" -> Samplers.BALANCED;
      case "paired" -> Samplers.paired(spec.realIndex());
      default ->
          throw new UsageException(
              "--sampler is shuffle, balanced, m-per-class=M or paired, not " + sampler);
    };
  }

  /** What is done to training images on their way. */
  public LoadingSteps steps(DetectorSpec spec) {
    return LoadingSteps.PLAIN.withAugmentation(augmentation(spec));
  }

  /** The changes by their names, for workers that make them elsewhere. */
  public String named() {
    if (selfBlend > 0) {
      throw new UsageException("--self-blend doesn't go with --spark");
    }
    return augment;
  }

  private Optional<Augmentation> augmentation(DetectorSpec spec) {
    try {
      Optional<Augmentation> changes = Augmentations.parse(augment);
      if (selfBlend == 0) {
        return changes;
      }
      int fake = spec.realIndex() == 0 ? 1 : 0;
      Augmentation blend = new SelfBlend(selfBlend, spec.realIndex(), fake);
      return Optional.of(changes.map(blend::then).orElse(blend));
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  /** Whether a sheet is all that is wanted. */
  public boolean previews() {
    return preview != null;
  }

  /**
   * Draws the sheet, of images all over the folder.
   *
   * @return where it is
   */
  public Path preview(ImageFolder images, DetectorSpec spec, long seed) throws IOException {
    Path file = Objects.requireNonNull(preview);
    Augmentation changes =
        augmentation(spec)
            .orElseThrow(
                () -> new UsageException("--preview-augment needs --augment or --self-blend"));
    List<LabelledSample> rows = new ArrayList<>(images.samples());
    Collections.shuffle(rows, new Random(seed));
    AugmentationSheet.write(
        file, rows.subList(0, Math.min(SHEET_ROWS, rows.size())), changes, seed);
    return file;
  }
}
