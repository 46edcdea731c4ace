package io.dmyt.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.data.RgbImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GIFs of one picture are pictures, and others are videos. */
class AnimatedGifTest {
  @TempDir Path folder;

  private Path gif(String name, int pictures) throws IOException {
    Path file = folder.resolve(name);
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
      writer.setOutput(out);
      writer.prepareWriteSequence(null);
      for (int i = 0; i < pictures; i++) {
        BufferedImage image = TestVideos.numbered(5 * i, 32, 24).toBufferedImage();
        writer.writeToSequence(new IIOImage(image, null, shown(writer, image)), null);
      }
      writer.endWriteSequence();
    } finally {
      writer.dispose();
    }
    return file;
  }

  /** For a tenth of a second; FFmpeg takes pictures that don't say how long for one. */
  private static IIOMetadata shown(ImageWriter writer, BufferedImage image) throws IOException {
    IIOMetadata metadata =
        writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), null);
    IIOMetadataNode root = new IIOMetadataNode(metadata.getNativeMetadataFormatName());
    IIOMetadataNode control = new IIOMetadataNode("GraphicControlExtension");
    control.setAttribute("disposalMethod", "none");
    control.setAttribute("userInputFlag", "FALSE");
    control.setAttribute("transparentColorFlag", "FALSE");
    control.setAttribute("transparentColorIndex", "0");
    control.setAttribute("delayTime", "10");
    root.appendChild(control);
    metadata.mergeTree(root.getNodeName(), root);
    return metadata;
  }

  @Test
  void severalPicturesAreAVideo() throws IOException {
    Path file = gif("moving.GIF", 3);
    assertTrue(VideoSearch.isVideo(file));
    assertEquals(List.of(file), VideoSearch.below(folder));
    int frames = 0;
    try (VideoReader reader = VideoReader.open(file, FrameSelection.all())) {
      for (Optional<VideoFrame> f = reader.next(); f.isPresent(); f = reader.next()) {
        RgbImage image = f.get().image();
        assertEquals(5 * frames++, TestVideos.number(image));
      }
    }
    assertEquals(3, frames);
  }

  @Test
  void onePictureIsNone() throws IOException {
    assertFalse(VideoSearch.isVideo(gif("still.gif", 1)));
  }

  /** Cut anywhere, it is a video as soon as the second picture's head is whole, and never fails. */
  @Test
  void brokenOnesAreTold() throws IOException {
    byte[] bytes = Files.readAllBytes(gif("moving.gif", 3));
    int videos = 0;
    for (int length = 0; length <= bytes.length; length++) {
      Path cut = Files.write(folder.resolve("cut.gif"), Arrays.copyOf(bytes, length));
      boolean video = VideoSearch.isVideo(cut);
      assertTrue(video || videos == 0, "" + length);
      videos += video ? 1 : 0;
    }
    assertTrue(videos > 0 && videos < bytes.length, "" + videos);
    assertFalse(VideoSearch.isVideo(Files.writeString(folder.resolve("text.gif"), "no picture")));
    assertFalse(VideoSearch.isVideo(folder.resolve("missing.gif")));
  }
}
