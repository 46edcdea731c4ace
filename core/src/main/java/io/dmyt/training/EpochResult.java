package io.dmyt.training;

/**
 * What an epoch brought.
 *
 * @param epoch counted from 1
 * @param learningRate in that epoch
 * @param trainLoss mean of the steps' losses
 * @param trainAccuracy share of training images classified right while training, in [0, 1]; with a
 *     Triplet loss, which classifies nothing before an SVM is fitted, the first class's share
 * @param validLoss mean of the validation batches' losses
 * @param validAccuracy share of validation images classified right, in [0, 1]; with a Triplet loss
 *     the first class's share
 * @param embeddings what is known of them with a loss that mines triplets
 * @param seconds spent, validation included
 * @param score what epochs are compared by, larger if better
 * @param best whether no earlier epoch was as good
 */
public record EpochResult(
    int epoch,
    double learningRate,
    double trainLoss,
    double trainAccuracy,
    double validLoss,
    double validAccuracy,
    EmbeddingMetrics embeddings,
    double seconds,
    double score,
    boolean best) {}
