import java.io.File;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A program that knows DL4J only: opens a model, and writes what it answers to an array. */
public class OpenPlain {
  public static void main(String[] files) throws Exception {
    try {
      Class.forName("io.dmyt.Detector");
      throw new AssertionError("our classes are on the class path");
    } catch (ClassNotFoundException e) {
      // As it must be.
    }
    ComputationGraph graph = ModelSerializer.restoreComputationGraph(new File(files[0]), true);
    INDArray images = Nd4j.readBinary(new File(files[1]));
    Nd4j.saveBinary(graph.outputSingle(images), new File(files[2]));
    System.exit(0);
  }
}
