package io.dmyt.evaluation.explain;

import io.dmyt.Detector;
import io.dmyt.data.ImageDecoder;
import io.dmyt.data.RgbImage;
import io.dmyt.internal.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Pictures of images with heat maps over them, in folders as the images are. */
public final class Explanations implements AutoCloseable {
  private final Path folder;
  private final Path base;
  private final String className;
  private final GradCam gradCam;
  private final ImageDecoder decoder;

  /**
   * @param folder where to
   * @param files all images that are going to be explained
   * @param className what to explain, or null for P(fake)
   */
  public Explanations(Path folder, List<Path> files, Detector detector, String className) {
    this.folder = folder;
    this.className = className;
    base = commonFolder(files);
    gradCam = GradCam.of(detector);
    decoder = new ImageDecoder(detector.spec().preprocessing());
  }

  private static Path commonFolder(List<Path> files) {
    Path common = absolute(files.get(0)).getParent();
    for (Path file : files) {
      while (!absolute(file).startsWith(common)) {
        common = common.getParent();
      }
    }
    return common;
  }

  private static Path absolute(Path file) {
    return file.toAbsolutePath().normalize();
  }

  /**
   * Writes a picture per image: {@code a/face.jpg} below the images' common folder becomes {@code
   * a/face.jpg.png}.
   *
   * @param images the same decoded, [B, 3, size, size]
   */
  public void write(List<Path> files, INDArray images) throws IOException {
    List<HeatMap> maps =
        className == null ? gradCam.fake(images) : gradCam.ofClass(images, className);
    for (int i = 0; i < files.size(); i++) {
      RgbImage picture = maps.get(i).over(decoder.rgb(files.get(i)));
      Path target = folder.resolve(base.relativize(absolute(files.get(i))) + ".png");
      AtomicFile.write(target, out -> ImageIO.write(picture.toBufferedImage(), "png", out));
    }
  }

  @Override
  public void close() {
    decoder.close();
  }
}
