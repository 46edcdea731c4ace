package io.dmyt.screening;

import io.dmyt.data.FaceCrop;
import io.dmyt.data.ImageDecoder;
import io.dmyt.data.Preprocessing;
import io.dmyt.data.RgbImage;
import io.dmyt.data.Sample;
import io.dmyt.data.SampleContent;
import io.dmyt.data.SampleId;
import io.dmyt.face.Face;
import io.dmyt.face.FaceCropper;
import io.dmyt.face.FaceDetector;
import java.io.IOException;
import java.util.Comparator;
import java.util.OptionalLong;

/**
 * The largest face in a picture, cut out when it is opened.
 *
 * @param picture it is found in
 * @param faces finds it; used by one thread at a time
 * @param crop how it is cut out
 */
public record FaceSample(Sample picture, FaceDetector faces, FaceCrop crop) implements Sample {
  @Override
  public SampleId id() {
    return picture.id();
  }

  @Override
  public String group() {
    return picture.group();
  }

  @Override
  public OptionalLong size() {
    return picture.size();
  }

  /**
   * Reads the picture and cuts the face out.
   *
   * @throws IOException if it can't be read, or has no face
   */
  @Override
  public SampleContent open() throws IOException {
    RgbImage image;
    try (ImageDecoder decoder = new ImageDecoder(Preprocessing.imageNet(1))) {
      image = decoder.rgb(picture);
    }
    Face largest;
    synchronized (faces) {
      largest =
          faces.detect(image).stream()
              .max(Comparator.comparingDouble(f -> f.box().size()))
              .orElseThrow(() -> new IOException("no face found in it"));
    }
    return FaceCropper.crop(image, largest, crop);
  }
}
