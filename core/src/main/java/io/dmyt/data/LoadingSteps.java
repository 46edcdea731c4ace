package io.dmyt.data;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What happens to samples on their way into batches besides decoding and resizing.
 *
 * @param edit done to each picture before it is resized, if anything is
 * @param wanted looks at each sample when it is open and says whether to decode it; the others are
 *     in no batch. Called by several threads at once
 * @param keepsContent whether the samples in a batch's metadata are open, so that what was read
 *     serves again; takes memory until the batch goes
 */
public record LoadingSteps(
    Optional<? extends ImageEdit> edit,
    Predicate<Sample> wanted,
    boolean keepsContent,
    Optional<Augmentation> augmentation) {
  /** Every picture as it is, its content forgotten once it is decoded. */
  public static final LoadingSteps PLAIN =
      new LoadingSteps(Optional.empty(), s -> true, false, Optional.empty());

  public LoadingSteps {
    Objects.requireNonNull(edit, "edit");
    Objects.requireNonNull(wanted, "wanted");
    Objects.requireNonNull(augmentation, "augmentation");
  }

  /** These steps with an edit, or none. */
  public LoadingSteps withEdit(Optional<? extends ImageEdit> value) {
    return new LoadingSteps(value, wanted, keepsContent, augmentation);
  }

  /** These steps for certain samples only. */
  public LoadingSteps withWanted(Predicate<Sample> value) {
    return new LoadingSteps(edit, value, keepsContent, augmentation);
  }

  /** These steps with the content kept, or not. */
  public LoadingSteps withKeptContent(boolean value) {
    return new LoadingSteps(edit, wanted, value, augmentation);
  }

  /** These steps with an augmentation, or none. */
  public LoadingSteps withAugmentation(Optional<Augmentation> value) {
    return new LoadingSteps(edit, wanted, keepsContent, value);
  }
}
