package io.dmyt.evaluation.explain;

import io.dmyt.Detector;
import io.dmyt.data.ImageDecoder;
import io.dmyt.data.RgbImage;
import io.dmyt.data.Sample;
import io.dmyt.data.SampleId;
import io.dmyt.internal.Pictures;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Pictures of images with heat maps over them, in folders as the images are. */
public final class Explanations implements AutoCloseable {
  private final Path folder;
  private final Path base;
  private final Optional<String> className;
  private final GradCam gradCam;
  private final ImageDecoder decoder;

  /**
   * @param folder where to
   * @param samples all images that are going to be explained, one at least
   * @param className the class to explain; nothing for P(fake)
   */
  public Explanations(
      Path folder, List<? extends Sample> samples, Detector detector, Optional<String> className) {
    this.folder = folder;
    this.className = className;
    base = commonFolder(samples);
    gradCam = GradCam.of(detector);
    decoder = new ImageDecoder(detector.spec().preprocessing());
  }

  private static Path commonFolder(List<? extends Sample> samples) {
    Path common = folder(place(samples.get(0).id()));
    for (Sample sample : samples) {
      while (!place(sample.id()).startsWith(common)) {
        common = folder(common);
      }
    }
    return common;
  }

  private static Path folder(Path place) {
    return Objects.requireNonNullElse(place.getParent(), place);
  }

  /** Where a file of the sample's name would be: nothing but the name is used. */
  private static Path place(SampleId id) {
    Path place;
    try {
      place = Path.of(id.toString());
    } catch (InvalidPathException e) {
      place = Path.of(id.toString().replaceAll("[^\\p{L}\\p{N}._/-]", "_"));
    }
    return place.toAbsolutePath().normalize();
  }

  /**
   * Writes a picture per image: {@code a/face.jpg} below the images' common folder becomes {@code
   * a/face.jpg.png}.
   *
   * @param samples some of those above; open ones are not read again
   * @param images the same decoded, [B, 3, size, size]
   */
  public void write(List<? extends Sample> samples, INDArray images) throws IOException {
    List<HeatMap> maps =
        className.isPresent() ? gradCam.ofClass(images, className.get()) : gradCam.fake(images);
    for (int i = 0; i < samples.size(); i++) {
      RgbImage picture = maps.get(i).over(decoder.rgb(samples.get(i)));
      Path target = folder.resolve(base.relativize(place(samples.get(i).id())) + ".png");
      Pictures.writePng(picture.toBufferedImage(), target);
    }
  }

  @Override
  public void close() {
    decoder.close();
  }
}
