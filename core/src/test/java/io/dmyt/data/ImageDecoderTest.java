package io.dmyt.data;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class ImageDecoderTest {
  private final ImageDecoder decoder = new ImageDecoder(Preprocessing.imageNet(16));
  @TempDir private Path folder;

  @AfterEach
  void close() {
    decoder.close();
  }

  // PNG: every colour type and depth, through all five row filters.

  @ParameterizedTest
  @CsvSource({
    "0, 1", "0, 2", "0, 4", "0, 8", "0, 16", "2, 8", "2, 16", "3, 1", "3, 2", "3, 4", "3, 8",
    "4, 8", "4, 16", "6, 8", "6, 16"
  })
  void pngOfEveryTypeBecomesRgb(int colour, int bits) {
    int width = 13;
    int height = 11;
    int samples = new int[] {1, 0, 3, 1, 2, 0, 4}[colour];
    Random random = new Random(colour * 100 + bits);
    byte[] palette = new byte[3 * (1 << Math.min(bits, 8))];
    random.nextBytes(palette);
    byte[][] rows = new byte[height][(width * samples * bits + 7) / 8];
    byte[] expected = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int[] pixel = new int[samples];
        for (int s = 0; s < samples; s++) {
          pixel[s] = random.nextInt(1 << bits);
          put(rows[y], (x * samples + s) * bits, bits, pixel[s]);
        }
        for (int c = 0; c < 3; c++) {
          int value = samples >= 3 ? pixel[c] : pixel[0];
          int level = bits == 16 ? value >> 8 : value * 255 / ((1 << bits) - 1);
          int at = 3 * (y * width + x) + c;
          expected[at] = colour == 3 ? palette[3 * pixel[0] + c] : (byte) level;
        }
      }
    }
    byte[] data = PngBuilder.compress(rows, Math.max(samples * bits / 8, 1));
    PngBuilder png = new PngBuilder().header(width, height, bits, colour);
    if (colour == 3) {
      png.chunk("PLTE", palette);
      png.chunk("tRNS", new byte[] {0, 1, 2});
    }
    int cut = data.length / 3;
    byte[] file =
        png.chunk("IDAT", Arrays.copyOf(data, cut))
            .chunk("IDAT", new byte[0])
            .chunk("IDAT", Arrays.copyOfRange(data, cut, data.length))
            .end();
    RgbImage image = decoder.rgb(file, "a.png");
    assertEquals(width, image.width());
    assertEquals(height, image.height());
    assertArrayEquals(expected, image.pixels());
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 2", "5, 5", "8, 8", "9, 17", "40, 31"})
  void interlacedPngIsTheSameImage(int width, int height) throws IOException {
    BufferedImage image = picture(width, height);
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    ImageWriteParam param = writer.getDefaultWriteParam();
    param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
    byte[] file = encode(image, writer, param);
    assertEquals(1, file[28], "interlaced at all");
    assertArrayEquals(toRgb(image).pixels(), decoder.rgb(file, "i.png").pixels());
  }

  @Test
  void paletteShorterThanItsIndicesGoesOnInGrey() {
    byte[] file =
        new PngBuilder()
            .header(2, 1, 8, 3)
            .chunk("PLTE", new byte[] {9, 8, 7})
            .chunk("IDAT", PngBuilder.compress(new byte[][] {{0, 77}}, 1))
            .end();
    assertArrayEquals(new byte[] {9, 8, 7, 77, 77, 77}, decoder.rgb(file, "p.png").pixels());
  }

  // One damage each. OpenCV takes several of these for whole pictures.

  @Test
  void damagedPngIsRefused() {
    byte[] rows = PngBuilder.compress(new byte[4][12], 3);
    byte[] wrongSum = rows.clone();
    wrongSum[rows.length - 1]++;
    byte[] cut = Arrays.copyOf(rows, rows.length - 6);
    byte[] fewRows = PngBuilder.compress(new byte[3][12], 3);
    byte[] badFilter = PngBuilder.deflate(new byte[] {7, 0, 0, 0});
    assertRefused("wrong checksum", png(4, 4, 8, 2).chunk("IDAT", rows, 1).end());
    assertRefused("damaged PNG", png(4, 4, 8, 2).chunk("IDAT", wrongSum).end());
    assertRefused("truncated PNG", png(4, 4, 8, 2).chunk("IDAT", cut).end());
    assertRefused("truncated PNG", png(4, 4, 8, 2).chunk("IDAT", fewRows).end());
    assertRefused("row filter 7", png(1, 1, 8, 2).chunk("IDAT", badFilter).end());
    assertRefused("no image data", png(4, 4, 8, 2).end());
    assertRefused("no header", new PngBuilder().chunk("IDAT", rows).end());
    assertRefused("bit depth 7", png(4, 4, 7, 2).chunk("IDAT", rows).end());
    assertRefused("colour type 5", png(4, 4, 8, 5).chunk("IDAT", rows).end());
    assertRefused("0 x 4 pixels", png(0, 4, 8, 2).chunk("IDAT", rows).end());
    assertRefused("40000 x 40000 pixels", png(40000, 40000, 8, 2).chunk("IDAT", rows).end());
    assertRefused("4294967295 x 1 pixels", png(-1, 1, 8, 2).chunk("IDAT", rows).end());
  }

  @Test
  void pngCutAnywhereIsRefused() throws IOException {
    byte[] file = encode(picture(40, 30), "png");
    for (int length = 0; length < file.length; length++) {
      assertRefused("", Arrays.copyOf(file, length));
    }
  }

  @Test
  void jpegCutAnywhereIsRefused() throws IOException {
    byte[] file = encode(picture(40, 30), "jpg");
    for (int length = 0; length < file.length; length++) {
      assertRefused("", Arrays.copyOf(file, length));
    }
  }

  @Test
  void bytesAfterTheImageAreIgnored() throws IOException {
    for (String format : new String[] {"png", "jpg"}) {
      byte[] file = encode(picture(20, 30), format);
      byte[] longer = Arrays.copyOf(file, file.length + 1000);
      RgbImage expected = decoder.rgb(file, "short");
      assertArrayEquals(expected.pixels(), decoder.rgb(longer, "long").pixels());
    }
  }

  @Test
  void jpegWithoutImageIsRefused() {
    assertRefused("no image data", new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xd9});
  }

  @Test
  void otherContentIsRefused() {
    assertRefused("the file is empty", new byte[0]);
    assertRefused(
        "neither JPEG nor PNG nor WebP nor BMP nor GIF nor TIFF",
        "hello, I'm a text".getBytes(US_ASCII));
    assertRefused("truncated WebP: 12 of 108", "RIFFd\0\0\0WEBP".getBytes(US_ASCII));
    assertRefused("damaged", "RIFF\4\0\0\0WEBP".getBytes(US_ASCII));
  }

  // JPEG against independent decoders.

  @ParameterizedTest
  @ValueSource(strings = {"rgb", "grey"})
  void jpegIsDecodedAsByTheJdk(String kind) throws IOException {
    int type = kind.equals("grey") ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
    BufferedImage image = new BufferedImage(50, 41, type);
    image.createGraphics().drawImage(picture(50, 41), 0, 0, null);
    byte[] file = encode(image, "jpg");
    Raster expected = ImageIO.read(new ByteArrayInputStream(file)).getRaster();
    RgbImage ours = decoder.rgb(file, "a.jpg");
    assertEquals(50, ours.width());
    assertEquals(41, ours.height());
    int last = expected.getNumBands() - 1;
    for (int i = 0; i < ours.pixels().length; i++) {
      int sample = expected.getSample(i / 3 % 50, i / 150, Math.min(i % 3, last));
      assertEquals(sample, ours.pixels()[i] & 0xff, 1, "value " + i);
    }
  }

  @Test
  void ycckJpegIsDecodedAsByPil() throws Exception {
    Path jpeg = Path.of(ImageDecoderTest.class.getResource("ycck.jpg").toURI());
    Path expected = Path.of(ImageDecoderTest.class.getResource("ycck.png").toURI());
    assertArrayEquals(toRgb(ImageIO.read(expected.toFile())).pixels(), decoder.rgb(jpeg).pixels());
  }

  // Arrays and files.

  @Test
  void decode_givesNormalisedRgbInOneBatch() {
    byte[] red = new byte[3 * 16 * 16];
    for (int i = 0; i < red.length; i += 3) {
      red[i] = (byte) 255;
    }
    byte[][] rows = new byte[16][48];
    for (byte[] row : rows) {
      System.arraycopy(red, 0, row, 0, 48);
    }
    byte[] file = png(16, 16, 8, 2).chunk("IDAT", PngBuilder.compress(rows, 3)).end();
    try (INDArray array = decoder.decode(file, "red.png")) {
      assertArrayEquals(new long[] {1, 3, 16, 16}, array.shape());
      assertEquals(DataType.FLOAT, array.dataType());
      assertFalse(array.isAttached());
      assertEquals((1 - 0.485) / 0.229, array.getDouble(0, 0, 3, 4), 1e-6);
      assertEquals((0 - 0.456) / 0.224, array.getDouble(0, 1, 3, 4), 1e-6);
      assertEquals((0 - 0.406) / 0.225, array.getDouble(0, 2, 15, 15), 1e-6);
    }
  }

  @Test
  void channelsLastHasTheSameValues() throws IOException {
    EncodedImage image = new EncodedImage(encode(picture(30, 20), "png"));
    float[] first = new float[3 * 16 * 16];
    float[] last = new float[3 * 16 * 16];
    decoder.decode(image, "a.png", first, false, null);
    decoder.decode(image, "a.png", last, true, null);
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < 256; i++) {
        assertEquals(first[c * 256 + i], last[3 * i + c]);
      }
    }
  }

  @Test
  void missingFileIsNamed() {
    Path file = folder.resolve("absent.jpg");
    BadImageException e = assertThrows(BadImageException.class, () -> decoder.decode(file));
    assertEquals(file + ": no such file", e.getMessage());
  }

  @Test
  void useAfterCloseThrows() throws IOException {
    byte[] file = encode(picture(4, 4), "jpg");
    decoder.close();
    decoder.close();
    assertThrows(IllegalStateException.class, () -> decoder.rgb(file, "a.jpg"));
  }

  private void assertRefused(String reason, byte[] file) {
    BadImageException e =
        assertThrows(BadImageException.class, () -> decoder.rgb(file, "x"), reason);
    assertTrue(e.getMessage().startsWith("x: ") && e.reason().contains(reason), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  private static PngBuilder png(int width, int height, int bits, int colour) {
    return new PngBuilder().header(width, height, bits, colour);
  }

  /** Sets {@code bits} bits from bit {@code at} of the row on, the highest first. */
  private static void put(byte[] row, int at, int bits, int value) {
    for (int i = 0; i < bits; i++) {
      int bit = (value >> (bits - 1 - i)) & 1;
      row[(at + i) / 8] = (byte) (row[(at + i) / 8] | bit << (7 - (at + i) % 8));
    }
  }

  /** Colours that change from pixel to pixel. */
  static BufferedImage picture(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, (x * 6 % 256) << 16 | (y * 8 % 256) << 8 | (x * y % 256));
      }
    }
    return image;
  }

  static byte[] encode(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertTrue(ImageIO.write(image, format, bytes));
    return bytes.toByteArray();
  }

  private static byte[] encode(BufferedImage image, ImageWriter writer, ImageWriteParam param)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), param);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** What the JDK decoded, as RGB. */
  static RgbImage toRgb(BufferedImage image) {
    byte[] pixels = new byte[3 * image.getWidth() * image.getHeight()];
    int at = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int rgb = image.getRGB(x, y);
        pixels[at++] = (byte) (rgb >> 16);
        pixels[at++] = (byte) (rgb >> 8);
        pixels[at++] = (byte) rgb;
      }
    }
    return new RgbImage(image.getWidth(), image.getHeight(), pixels);
  }

  /** Network input of shape [1, 3, size, size] back to levels. */
  static RgbImage denormalised(INDArray input, Preprocessing preprocessing) {
    int size = preprocessing.size();
    float[] values = input.dup('c').data().asFloat();
    byte[] pixels = new byte[3 * size * size];
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < size * size; i++) {
        double unit =
            values[c * size * size + i] * preprocessing.std().get(c) + preprocessing.mean().get(c);
        pixels[3 * i + c] = (byte) Math.round(255 * unit);
      }
    }
    return new RgbImage(size, size, pixels);
  }
}
