package io.dmyt.training;

import io.dmyt.Detector;
import io.dmyt.internal.FileLinks;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The detectors of a run's best epochs. The best one is {@code best.zip}; where several are kept,
 * each has its epoch in its name.
 *
 * @param count how many
 */
record KeptEpochs(RunFolder folder, int count) {
  /**
   * Saves the detector after an epoch that is among the best, and removes the one that no longer
   * is.
   *
   * @param before the epochs before
   */
  void save(Detector detector, EpochResult result, List<EpochResult> before) throws IOException {
    Path file = count == 1 ? folder.best() : epoch(result);
    detector.save(file);
    if (count == 1) {
      return;
    }
    if (result.best()) {
      FileLinks.link(file, folder.best());
    }
    List<EpochResult> all = new ArrayList<>(before);
    all.add(result);
    all.sort(Comparator.comparingDouble((EpochResult e) -> -e.score()));
    for (EpochResult worse : all.subList(Math.min(count, all.size()), all.size())) {
      Files.deleteIfExists(epoch(worse));
    }
  }

  private Path epoch(EpochResult result) {
    return folder.file(Text.format("epoch-%03d.zip", result.epoch()));
  }
}
