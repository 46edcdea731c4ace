package io.dmyt.data;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.internal.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** BMP, GIF, TIFF, WebP and odd JPEGs: PIL's values, and sizes that are refused by their claim. */
class ImageFormatsTest {
  private static final ImageDecoder DECODER = new ImageDecoder(Preprocessing.imageNet(8));

  @AfterAll
  static void close() {
    DECODER.close();
  }

  private static Path folder() throws URISyntaxException {
    return Path.of(ImageFormatsTest.class.getResource("formats/expected.txt").toURI()).getParent();
  }

  /** What formats/make.py wrote: name, width, height and digest of what Pillow reads. */
  @TestFactory
  Stream<DynamicTest> isReadAsByPil() throws Exception {
    Path folder = folder();
    List<String> expected = Files.readAllLines(folder.resolve("expected.txt"));
    assertTrue(expected.size() > 50);
    return expected.stream()
        .map(line -> line.split(" "))
        .map(
            line ->
                DynamicTest.dynamicTest(
                    line[0],
                    () -> {
                      RgbImage image = DECODER.rgb(folder.resolve(line[0]));
                      assertEquals(line[1] + "x" + line[2], image.width() + "x" + image.height());
                      MessageDigest digest = Sha256.begin();
                      digest.update(image.pixels());
                      assertEquals(line[3], Sha256.hex(digest));
                    }));
  }

  /** A few bytes that claim a huge picture: refused before anything decodes them. */
  @TestFactory
  Stream<DynamicTest> hugeClaimsAreRefused() throws Exception {
    ByteBuffer webp = file("webp_lossless.webp");
    webp.putInt(21, 0x0FFFFFFF);
    ByteBuffer extended = ByteBuffer.wrap("RIFF\36\0\0\0WEBPVP8X\12\0\0\0".getBytes(ISO_8859_1));
    extended = ByteBuffer.wrap(Arrays.copyOf(extended.array(), 38));
    Arrays.fill(extended.array(), 24, 30, (byte) 0xff);
    ByteBuffer lossy = file("webp_lossy.webp");
    lossy.putShort(26, (short) 0x3fff).putShort(28, (short) 0x3fff);
    ByteBuffer bmp = file("bmp_rgb.bmp");
    bmp.putInt(18, 50_000).putInt(22, -50_000);
    ByteBuffer screen = file("gif_palette.gif");
    screen.putInt(6, -1);
    ByteBuffer frame = file("gif_offset.gif");
    frame.putInt(indexOf(frame, ",") + 5, -1);
    ByteBuffer tiff = file("tif_big.tif").order(ByteOrder.BIG_ENDIAN);
    tiff.putShort(10 + 8, (short) 0xffff).putShort(22 + 8, (short) 0xffff);
    ByteBuffer png = ByteBuffer.wrap(new PngBuilder().header(1 << 17, 1 << 17, 8, 2).end());
    return Map.of(
            "VP8L",
            webp,
            "VP8X",
            extended,
            "VP8",
            lossy,
            "BMP",
            bmp,
            "GIF's screen",
            screen,
            "GIF's frame",
            frame,
            "TIFF",
            tiff,
            "PNG",
            png,
            "JPEG",
            huge("jpg.jfif"),
            "CMYK JPEG",
            huge("jpg_cmyk_bad_profile.jpg"))
        .entrySet()
        .stream()
        .map(
            claim ->
                DynamicTest.dynamicTest(
                    claim.getKey(),
                    () -> {
                      BadImageException e =
                          assertThrows(
                              BadImageException.class,
                              () -> DECODER.rgb(claim.getValue().array(), "huge"));
                      assertTrue(e.getMessage().contains("at most 178956970"), e.getMessage());
                    }));
  }

  /** A JPEG of which the first frame claims to be huge, and one after the image's data is small. */
  private static ByteBuffer huge(String name) throws IOException, URISyntaxException {
    byte[] jpeg = file(name).array();
    int frame = indexOf(ByteBuffer.wrap(jpeg), "\u00ff\u00c0");
    assertTrue(frame > 0, name);
    int length = 2 + ByteBuffer.wrap(jpeg).getShort(frame + 2);
    ByteBuffer all = ByteBuffer.allocate(jpeg.length + length);
    all.put(jpeg, 0, jpeg.length - 2).put(jpeg, frame, length).put(jpeg, jpeg.length - 2, 2);
    return all.putShort(frame + 5, (short) 0x7fff).putShort(frame + 7, (short) 0x7fff);
  }

  private static ByteBuffer file(String name) throws IOException, URISyntaxException {
    return ByteBuffer.wrap(Files.readAllBytes(folder().resolve(name)))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int indexOf(ByteBuffer file, String text) {
    return ISO_8859_1.decode(file.duplicate().rewind()).toString().indexOf(text);
  }

  /** Every beginning of every file is a picture or refused in one line, and nothing else. */
  @Test
  void cutFilesAreReadOrRefused() throws Exception {
    for (String line : Files.readAllLines(folder().resolve("expected.txt"))) {
      String name = line.split(" ", -1)[0];
      byte[] whole = Files.readAllBytes(folder().resolve(name));
      int step = 1 + whole.length / 12;
      for (int length = 1; length < whole.length; length += step) {
        try {
          DECODER.rgb(Arrays.copyOf(whole, length), name);
        } catch (BadImageException e) {
          assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        }
      }
    }
  }

  /** A megabyte of zeros behind the picture, a thousandth of that in the file. */
  @Test
  void surplusInAPngIsLeftAlone() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream out =
        new DeflaterOutputStream(packed, new Deflater(Deflater.BEST_COMPRESSION))) {
      out.write(new byte[] {0, 1, 2, 3});
      out.write(new byte[1 << 20]);
    }
    byte[] png = new PngBuilder().header(1, 1, 8, 2).chunk("IDAT", packed.toByteArray()).end();
    RgbImage image = DECODER.rgb(png, "surplus.png");
    assertEquals(List.of((byte) 1, (byte) 2, (byte) 3), boxed(image.pixels()));
  }

  private static List<Byte> boxed(byte[] bytes) {
    return Stream.of(0, 1, 2).map(i -> bytes[i]).toList();
  }
}
