package io.dmyt.data;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Reads images, one at a time: JPEG, PNG, WebP, BMP, GIF and TIFF, told apart by content.
 *
 * <p>Any of them becomes RGB: alpha is dropped, palettes, grey and CMYK are converted, 16-bit
 * samples lose their low byte, of several images the first is taken, orientation in EXIF and colour
 * profiles are ignored. As network input they are resized and normalised as the {@link
 * Preprocessing} says.
 *
 * <p>Keeps its buffers, native ones among them: use one per thread and close it. Use after close
 * throws {@link IllegalStateException}.
 */
public final class ImageDecoder implements AutoCloseable {
  private final Preprocessing preprocessing;
  private final float[][] table;
  private final NativeDecoder opencv = new NativeDecoder();
  private final PngDecoder png = new PngDecoder();
  private final ImageResizer resizer;
  private boolean closed;

  /**
   * @param preprocessing how images become network input
   */
  public ImageDecoder(Preprocessing preprocessing) {
    this.preprocessing = preprocessing;
    this.table = preprocessing.table();
    resizer = new ImageResizer(preprocessing.interpolation());
  }

  /**
   * An image as network input.
   *
   * @return [1, 3, size, size], float, in no workspace
   * @throws BadImageException if the file can't be read or is no image
   */
  public INDArray decode(Path file) {
    return decode(Sample.of(file));
  }

  /**
   * A sample as network input.
   *
   * @return [1, 3, size, size], float, in no workspace
   * @throws BadImageException if it can't be read or is no image
   */
  public INDArray decode(Sample sample) {
    return decode(open(sample), sample.id().toString());
  }

  /**
   * An encoded image as network input.
   *
   * @param name what to call it in messages
   * @return [1, 3, size, size], float, in no workspace
   * @throws BadImageException if the bytes are no image
   */
  public INDArray decode(byte[] encoded, String name) {
    return decode(new EncodedImage(encoded), name);
  }

  /**
   * An opened sample's content as network input.
   *
   * @param name what to call it in messages
   * @return [1, 3, size, size], float, in no workspace
   * @throws BadImageException if it is no image
   */
  public INDArray decode(SampleContent content, String name) {
    int size = preprocessing.size();
    float[] values = new float[3 * size * size];
    decode(content, name, values, false, null);
    return Detached.floats(values, 1, 3, size, size);
  }

  /**
   * An image as it is in the file.
   *
   * @throws BadImageException if the file can't be read or is no image
   */
  public RgbImage rgb(Path file) {
    return rgb(Sample.of(file));
  }

  /**
   * A sample in its own size.
   *
   * @throws BadImageException if it can't be read or is no image
   */
  public RgbImage rgb(Sample sample) {
    return pixels(open(sample), sample.id().toString()).toImage();
  }

  /**
   * An encoded image in its own size.
   *
   * @param name what to call it in messages
   * @throws BadImageException if the bytes are no image
   */
  public RgbImage rgb(byte[] encoded, String name) {
    return pixels(encoded, name).toImage();
  }

  /**
   * An image as network input, into an array that is there already.
   *
   * @param target [3, size, size], or [size, size, 3] if channelsLast
   * @param edit done to the image before it is resized; null for nothing
   */
  void decode(
      SampleContent content,
      String name,
      float[] target,
      boolean channelsLast,
      @Nullable ImageEdit edit) {
    Pixels pixels = pixels(content, name);
    normalise(
        edit == null ? pixels : Pixels.of(edit.apply(pixels.toImage())), target, channelsLast);
  }

  @Override
  public void close() {
    closed = true;
    opencv.close();
  }

  /**
   * Opens a sample.
   *
   * @throws BadImageException if it can't be read
   */
  static SampleContent open(Sample sample) {
    try {
      return sample.open();
    } catch (IOException e) {
      throw new BadImageException(sample.id().toString(), "can't be read: " + e.getMessage(), e);
    }
  }

  private Pixels pixels(SampleContent content, String name) {
    if (content instanceof EncodedImage encoded) {
      return pixels(encoded.bytes(), name);
    }
    return Pixels.of((RgbImage) content);
  }

  private Pixels pixels(byte[] encoded, String name) {
    if (closed) {
      throw new IllegalStateException("The decoder is closed");
    }
    if (encoded.length == 0) {
      throw new BadImageException(name, "the file is empty");
    }
    ImageFormat format =
        ImageFormat.of(encoded)
            .orElseThrow(
                () ->
                    new BadImageException(
                        name, "neither JPEG nor PNG nor WebP nor BMP nor GIF nor TIFF"));
    switch (format) {
      case JPEG -> {
        JpegHeader header = JpegHeader.read(encoded, name);
        return header.components() == 4
            ? CmykJpeg.decode(encoded, header, name)
            : opencv.decode(encoded, name);
      }
      case PNG -> {
        return png.decode(encoded, name);
      }
      case WEBP -> {
        ImageHeaders.check(format, encoded, name);
        return opencv.decode(encoded, name);
      }
      default -> {
        ImageHeaders.check(format, encoded, name);
        return JdkDecoder.decode(format, encoded, name);
      }
    }
  }

  private void normalise(Pixels pixels, float[] target, boolean channelsLast) {
    int size = preprocessing.size();
    Resizing.Plan plan = preprocessing.plan(pixels.width(), pixels.height());
    resizer.resize(
        pixels.rgb(),
        pixels.width(),
        pixels.height(),
        plan.width(),
        plan.height(),
        (y, row) -> {
          int to = y - plan.top();
          if (to >= 0 && to < size && channelsLast) {
            interleave(row, 3 * plan.left(), target, 3 * size * to, size);
          } else if (to >= 0 && to < size) {
            separate(row, 3 * plan.left(), target, to * size, size);
          }
        });
  }

  private void interleave(int[] row, int from, float[] target, int offset, int size) {
    float[] red = table[0];
    float[] green = table[1];
    float[] blue = table[2];
    for (int i = 0; i < 3 * size; i += 3) {
      target[offset + i] = red[row[from + i]];
      target[offset + i + 1] = green[row[from + i + 1]];
      target[offset + i + 2] = blue[row[from + i + 2]];
    }
  }

  private void separate(int[] row, int from, float[] target, int offset, int size) {
    for (int c = 0; c < 3; c++) {
      float[] values = table[c];
      int to = c * size * size + offset;
      for (int x = 0; x < size; x++) {
        target[to + x] = values[row[from + 3 * x + c]];
      }
    }
  }
}
