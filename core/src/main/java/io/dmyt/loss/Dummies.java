package io.dmyt.loss;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.dmyt.internal.Text;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The dummies: one fixed vector of zeros and ones per class in the space of the embeddings, and the
 * fake root, the vector of everything fake.
 *
 * <p>Together the classes' vectors cover each position of the embedding once. The real class owns
 * one end of it (the first half, unless a {@link DummyLayout} says otherwise), the fake classes
 * share the rest, and the fake root is one on all of that rest. The dummy of the real class is the
 * real root. With two classes the fake class is the fake root, and there is no further vector.
 *
 * <p>The <i>antagonist</i> of a class is the vector that its embeddings are pushed away from: for a
 * fake class the real one, for the real class the fake root.
 *
 * <p>A prediction is the class with the largest {@code e · (d_k / Σ d_k)}: the mean of the
 * embedding's values where the class's dummy {@code d_k} is one.
 *
 * <p>Immutable; written to JSON by either Jackson (DL4J's own or the ordinary one) and
 * serialisable.
 *
 * @param classes the names of the classes, in the detector's order
 * @param size the size of the embedding
 * @param realIndex the real class's index in {@code classes}
 * @param ones for each class, in their order, where its dummy is one
 * @see <a href="https://doi.org/10.1145/3476099.3484316">Beuve, Hamidouche, Déforges: DmyT: Dummy
 *     Triplet Loss for Deepfake Detection, ADGD 2021</a>
 * @see <a href="https://doi.org/10.1145/3626101">Hierarchical Learning and Dummy Triplet Loss for
 *     Efficient Deepfake Detection, ACM TOMM 2023</a>, for the root dummies
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Dummies(
    @JsonProperty("classes") List<String> classes,
    @JsonProperty("size") int size,
    @JsonProperty("realIndex") int realIndex,
    @JsonProperty("ones") List<Slice> ones)
    implements Serializable {

  /**
   * Dummies that lie just so; {@link #of} finds the usual places.
   *
   * @throws IllegalArgumentException if names are missing or repeated, if the slices overlap or
   *     leave a gap in {@code [0, size)}, or if the real class's is at neither end
   */
  @JsonCreator
  public Dummies {
    if (classes == null || ones == null) {
      throw new IllegalArgumentException(
          Text.format(
              "dummies need classes and ones, found classes %s and ones %s", classes, ones));
    }
    classes = List.copyOf(classes);
    ones = List.copyOf(ones);
    ClassNames.check(classes);
    if (ones.size() != classes.size()) {
      throw new IllegalArgumentException(
          Text.format("%d slices for the %d classes %s", ones.size(), classes.size(), classes));
    }
    if (realIndex < 0 || realIndex >= classes.size()) {
      throw new IllegalArgumentException(
          Text.format("the real class has index %d, the classes are %s", realIndex, classes));
    }
    checkCover(classes, size, ones);
    Slice real = ones.get(realIndex);
    if (real.from() != 0 && real.to() != size) {
      throw new IllegalArgumentException(
          Text.format(
              "the real class '%s' owns [%d, %d) but must lie at an end of [0, %d)",
              classes.get(realIndex), real.from(), real.to(), size));
    }
  }

  private static void checkCover(List<String> classes, int size, List<Slice> ones) {
    int[] order =
        IntStream.range(0, ones.size())
            .boxed()
            .sorted(Comparator.comparingInt(k -> ones.get(k).from()))
            .mapToInt(Integer::intValue)
            .toArray();
    int end = 0;
    for (int k : order) {
      if (ones.get(k).from() != end) {
        throw new IllegalArgumentException(
            Text.format(
                "the dummy of class '%s' starts at %d, where %d was expected (%s)",
                classes.get(k),
                ones.get(k).from(),
                end,
                ones.get(k).from() < end ? "overlap" : "gap"));
      }
      end = ones.get(k).to();
    }
    if (end != size) {
      throw new IllegalArgumentException(
          Text.format("the dummies cover [0, %d) of an embedding of size %d", end, size));
    }
  }

  /**
   * Dummies for these classes, the real one found by its name: real, original, pristine, genuine or
   * bonafide, whatever its case, hyphens and plural.
   *
   * <p>The fake classes share {@code [size/2, size)} as the reference has it for the classes it
   * knows by name (Face-Swap and Reenactment; the four or five manipulations of FaceForensics++),
   * equally and in their order otherwise.
   *
   * @param classes at least two different names, in the detector's order
   * @param size the size of the embedding, with room for every class
   * @throws IllegalArgumentException if not exactly one class is real by its name, or one has no
   *     room
   */
  public static Dummies of(List<String> classes, int size) {
    ClassNames.check(classes);
    return at(classes, ClassNames.realIndex(classes), size);
  }

  /**
   * Dummies for these classes, of which {@code realClass} is real.
   *
   * @throws IllegalArgumentException if there is no such class, or no room for one
   */
  public static Dummies of(List<String> classes, String realClass, int size) {
    ClassNames.check(classes);
    return at(classes, ClassNames.indexOf(realClass, classes), size);
  }

  /**
   * Dummies where the layout puts them.
   *
   * @throws IllegalArgumentException if the layout and {@code classes} don't name the same classes,
   *     or one has no room
   */
  public static Dummies of(List<String> classes, DummyLayout layout, int size) {
    ClassNames.check(classes);
    return new Dummies(classes, size, classes.indexOf(layout.real()), layout.slices(classes, size));
  }

  private static Dummies at(List<String> classes, int realIndex, int size) {
    return new Dummies(classes, size, realIndex, Presets.slices(classes, realIndex, size));
  }

  /** How many vectors there are: the classes and the fake root, or two for two classes. */
  public int count() {
    return classes.size() == 2 ? 2 : classes.size() + 1;
  }

  /** A name for each of the vectors: the classes', and {@code fake root} where there is another. */
  public List<String> names() {
    List<String> names = new ArrayList<>(classes);
    if (count() > classes.size()) {
      names.add("fake root");
    }
    return List.copyOf(names);
  }

  /**
   * Where a vector is 1; everywhere else it is 0.
   *
   * @param k a class's index, or {@code count() - 1} for the fake root
   * @throws IllegalArgumentException if there is no such vector
   */
  public Slice ones(int k) {
    if (k < 0 || k >= count()) {
      throw new IllegalArgumentException(Text.format("dummy %d of %d", k, count()));
    }
    return k < classes.size() ? ones.get(k) : fakeRoot();
  }

  private Slice fakeRoot() {
    Slice real = ones.get(realIndex);
    return real.from() == 0 ? new Slice(real.to(), size) : new Slice(0, real.from());
  }

  /** For each class, the index of the vector that it is pushed away from. */
  public int[] antagonists() {
    int[] antagonists = new int[classes.size()];
    Arrays.fill(antagonists, realIndex);
    antagonists[realIndex] = classes.size() == 2 ? 1 - realIndex : classes.size();
    return antagonists;
  }

  /**
   * The vectors, {@code [count(), size]}, in single precision: the classes', then the fake root.
   */
  public INDArray vectors() {
    return vectors(DataType.FLOAT);
  }

  INDArray vectors(DataType type) {
    return rows(type, IntStream.range(0, count()).mapToObj(this::ones).toList(), false);
  }

  /** The scores of embeddings {@code [batch, size]} for each class, {@code [batch, classes]}. */
  public INDArray scores(INDArray embeddings) {
    return means(embeddings, ones);
  }

  /**
   * The scores of embeddings {@code [batch, size]} for the two roots, {@code [batch, 2]}: real,
   * fake. They answer whether an image is real, whatever classes the network was trained on.
   */
  public INDArray rootScores(INDArray embeddings) {
    return means(embeddings, List.of(ones.get(realIndex), fakeRoot()));
  }

  /**
   * The index of the class with the best score for each of the embeddings {@code [batch, size]}.
   */
  public int[] predict(INDArray embeddings) {
    return scores(embeddings).argMax(1).toIntVector();
  }

  /**
   * How far the embeddings {@code [batch, size]} are from each vector, {@code [batch, count()]}, as
   * {@link DummyTripletLoss} measures it: with two classes {@code ‖e − d + 1e-6‖₂}, from 0 up; with
   * more {@code −cos(e, d)}, from -1 to 1.
   */
  public INDArray distances(INDArray embeddings) {
    INDArray e = checked(embeddings);
    INDArray vectors = vectors(e.dataType());
    if (classes.size() > 2) {
      INDArray norms = Transforms.max(e.norm2(true, 1), 1e-8, true);
      vectors.diviColumnVector(vectors.norm2(1));
      return e.mmul(vectors.transpose()).diviColumnVector(norms).negi();
    }
    INDArray distances = Nd4j.create(e.dataType(), e.size(0), count());
    for (int k = 0; k < count(); k++) {
      INDArray difference = e.subRowVector(vectors.getRow(k)).addi(1e-6);
      distances.putColumn(k, difference.norm2(1));
      free(difference);
    }
    free(vectors);
    return distances;
  }

  /** These dummies as fractions of the embedding, to be written to a file and changed there. */
  public DummyLayout layout() {
    return DummyLayout.of(this);
  }

  private INDArray means(INDArray embeddings, List<Slice> slices) {
    INDArray e = checked(embeddings);
    INDArray rows = rows(e.dataType(), slices, true);
    INDArray means = e.mmul(rows.transpose());
    free(rows);
    return means;
  }

  private static void free(INDArray array) {
    if (array.closeable()) {
      array.close();
    }
  }

  private INDArray rows(DataType type, List<Slice> slices, boolean mean) {
    double[] rows = new double[slices.size() * size];
    for (int k = 0; k < slices.size(); k++) {
      Slice s = slices.get(k);
      int row = k * size;
      Arrays.fill(rows, row + s.from(), row + s.to(), mean ? 1.0 / s.length() : 1.0);
    }
    return Nd4j.createFromArray(rows).castTo(type).reshape(slices.size(), size);
  }

  /** The embeddings, at least in single precision. */
  private INDArray checked(INDArray embeddings) {
    if (embeddings.rank() != 2 || embeddings.size(1) != size) {
      throw new IllegalArgumentException(
          Text.format(
              "embeddings of shape [batch, %d] expected, found %s",
              size, Arrays.toString(embeddings.shape())));
    }
    DataType type = embeddings.dataType();
    return type == DataType.DOUBLE ? embeddings : embeddings.castTo(DataType.FLOAT);
  }
}
