package io.dmyt.svm;

import static io.dmyt.internal.Checks.require;
import static io.dmyt.svm.SvmChecks.requireRow;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import libsvm.svm;
import libsvm.svm_model;
import libsvm.svm_node;
import libsvm.svm_parameter;
import libsvm.svm_problem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fits SVMs by libsvm. */
final class SvmFit {
  private static final Logger log = LoggerFactory.getLogger(SvmFit.class);

  /** Megabytes of kernel rows that libsvm may keep while it fits. */
  private static final double CACHE_MEGABYTES = 200;

  static {
    // libsvm prints its progress on standard output unless told otherwise.
    svm.svm_set_print_string_function(text -> log.trace("{}", text.strip()));
  }

  private SvmFit() {}

  /** The SVM as libsvm has it; see {@link EmbeddingSvm#fit(float[][], int[], Options)}. */
  static svm_model model(float[][] embeddings, int[] labels, EmbeddingSvm.Options options) {
    require(
        embeddings.length == labels.length,
        "%d embeddings, but %d labels",
        embeddings.length,
        labels.length);
    require(
        Arrays.stream(labels).distinct().count() >= 2,
        "an SVM needs samples of at least two classes, found %s",
        Arrays.toString(Arrays.stream(labels).distinct().toArray()));
    require(
        Arrays.stream(labels).allMatch(l -> l >= 0),
        "labels are class indices, but one is negative");
    int features = embeddings[0].length;
    for (int i = 0; i < embeddings.length; i++) {
      requireRow(embeddings[i], features, i);
    }

    svm_problem problem = new svm_problem();
    problem.l = labels.length;
    problem.y = new double[labels.length];
    problem.x = new svm_node[labels.length][];
    // libsvm numbers classes as they first occur, which decides ties: sorted, as in scikit-learn.
    int[] byLabel =
        IntStream.range(0, labels.length)
            .boxed()
            .sorted(Comparator.comparingInt(i -> labels[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int i = 0; i < byLabel.length; i++) {
      problem.y[i] = labels[byLabel[i]];
      problem.x[i] = nodes(embeddings[byLabel[i]]);
    }

    svm_parameter parameter = new svm_parameter();
    parameter.svm_type = svm_parameter.C_SVC;
    parameter.kernel_type = svm_parameter.RBF;
    parameter.gamma = scaleGamma(embeddings, features);
    parameter.C = options.c();
    parameter.eps = options.tolerance();
    parameter.cache_size = CACHE_MEGABYTES;
    parameter.shrinking = 1;
    String fault = svm.svm_check_parameter(problem, parameter);
    require(fault == null, "libsvm refuses the parameters: %s", fault);
    return svm.svm_train(problem, parameter);
  }

  /** The same SVM without libsvm's sparse lists, which take ten times the memory. */
  static SupportVectors dense(svm_model model, int features) {
    float[][] vectors = new float[model.l][features];
    for (int s = 0; s < model.l; s++) {
      for (svm_node node : model.SV[s]) {
        vectors[s][node.index - 1] = (float) node.value;
      }
    }
    return new SupportVectors(
        model.param.gamma,
        model.label,
        model.nSV,
        vectors,
        model.sv_coef,
        Arrays.stream(model.rho).map(rho -> -rho).toArray());
  }

  /** 1 / (features · variance of all entries), in two passes as NumPy does it. */
  private static double scaleGamma(float[][] embeddings, int features) {
    double count = (double) embeddings.length * features;
    double sum = 0;
    for (float[] row : embeddings) {
      for (float value : row) {
        sum += value;
      }
    }
    double mean = sum / count;
    double squares = 0;
    for (float[] row : embeddings) {
      for (float value : row) {
        squares += (value - mean) * (value - mean);
      }
    }
    return squares == 0 ? 1 : 1 / (features * (squares / count));
  }

  /** libsvm's sparse form: zeros are left out, indices count from 1. */
  static svm_node[] nodes(float[] row) {
    return IntStream.range(0, row.length)
        .filter(i -> row[i] != 0)
        .mapToObj(
            i -> {
              svm_node node = new svm_node();
              node.index = i + 1;
              node.value = row[i];
              return node;
            })
        .toArray(svm_node[]::new);
  }
}
