package io.dmyt.training;

import io.dmyt.Detector;
import io.dmyt.data.LabelledSample;
import java.io.IOException;
import java.util.List;

/**
 * Takes the steps of a training elsewhere, in rounds: several workers begin at the same parameters,
 * each takes some steps on batches of its own, and the mean of what they come to is where the next
 * round begins (local SGD; Stich, <i>Local SGD Converges Fast and Communicates Little</i>, ICLR
 * 2019). With one step in a round that is a step on a batch as large as all of theirs.
 */
public interface StepRounds {
  /** How many workers there are. */
  int workers();

  /** How many steps each of them takes in a round. */
  int steps();

  /**
   * One round's images and numbers.
   *
   * @param epoch counted from 0
   * @param from where in the epoch's order the round begins
   * @param images of the round, in the epoch's order; worker after worker, batch after batch
   * @param rates the learning rate of each step; NaN for the schedule's
   */
  record Round(int epoch, int from, List<LabelledSample> images, double[] rates) {
    public Round {
      images = List.copyOf(images);
    }
  }

  /**
   * Takes a round's steps and gives the detector's network their result: parameters with running
   * statistics, the optimiser's state, and the count of steps.
   *
   * @return the steps, worker after worker; none if none of the images can be read
   * @throws IOException if they can't be taken; the network is as before
   */
  List<TakenStep> take(Detector detector, Round round) throws IOException;
}
