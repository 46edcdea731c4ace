package io.dmyt.cli.command;

import io.dmyt.data.ImageDataException;
import io.dmyt.data.ImageSearch;
import io.dmyt.data.LeftOut;
import io.dmyt.internal.Text;
import io.dmyt.video.VideoSearch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The files that are meant, each once.
 *
 * @param images files that are named, and all images below folders
 * @param videos told by their endings, and where they are named also by what they begin with
 * @param leftOut what else lies below the folders
 */
record PredictInputs(List<Path> images, List<Path> videos, LeftOut leftOut) {
  static PredictInputs of(List<Path> inputs) throws IOException {
    Set<Path> images = new LinkedHashSet<>();
    Set<Path> videos = new LinkedHashSet<>();
    LeftOut leftOut = LeftOut.NOTHING;
    for (Path input : inputs) {
      if (Files.isDirectory(input)) {
        ImageSearch below = ImageSearch.below(input);
        List<Path> videosBelow = VideoSearch.below(input);
        leftOut = leftOut.and(below.leftOut().without(VideoSearch::isEnding));
        if (below.images().isEmpty() && videosBelow.isEmpty()) {
          throw new ImageDataException(
              Text.format(
                  "no image (%s) and no video (%s) below %s",
                  ImageSearch.endings(), VideoSearch.endings(), input));
        }
        // An animated GIF or WebP is both a picture by its name and a video.
        below.images().stream().filter(i -> !VideoSearch.isVideo(i)).forEach(images::add);
        videos.addAll(videosBelow);
      } else if (Files.exists(input)) {
        boolean video = VideoSearch.isVideo(input) || VideoSearch.beginsAsVideo(input);
        (video ? videos : images).add(input);
      } else if (Files.isSymbolicLink(input)) {
        throw new ImageDataException(input + " is a link that leads nowhere");
      } else {
        throw new NoSuchFileException(input.toString());
      }
    }
    return new PredictInputs(List.copyOf(images), List.copyOf(videos), leftOut);
  }
}
