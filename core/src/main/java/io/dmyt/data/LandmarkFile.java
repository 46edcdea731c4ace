package io.dmyt.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.dmyt.internal.Json;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the face in a picture is, in a file beside it with the picture's name and {@code
 * .landmarks.json} for its ending: {@code [[x, y], …]} in pixels of the picture. There are 5 points
 * (the eye that lies left in the picture, the other eye, nose, corners of the mouth), 68 or 81.
 */
public final class LandmarkFile {
  private static final String ENDING = ".landmarks.json";
  private static final int LARGEST = 1 << 16;

  private LandmarkFile() {}

  /** The file that belongs to a picture. */
  public static Path of(Path picture) {
    String name = String.valueOf(picture.getFileName());
    int dot = name.lastIndexOf('.');
    return picture.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + ENDING);
  }

  /** Whether a file is one, by its name. */
  static boolean isOne(Path file) {
    return String.valueOf(file.getFileName()).endsWith(ENDING);
  }

  /**
   * What the file holds.
   *
   * @param points [n][2], x and y in pixels of the picture, written with two decimals; n is 5, 68
   *     or 81
   */
  public static String content(double[][] points) {
    StringBuilder json = new StringBuilder();
    for (double[] p : points) {
      json.append(Text.format("%s[%.2f, %.2f]", json.isEmpty() ? "[" : ", ", p[0], p[1]));
    }
    return json.append("]\n").toString();
  }

  /**
   * The points of a picture; null if there is no such file.
   *
   * @throws BadImageException if the file holds none
   */
  static double @Nullable [][] read(Path picture) {
    Path file = of(picture);
    if (!Files.isRegularFile(file)) {
      return null;
    }
    try {
      if (Files.size(file) > LARGEST) {
        throw new BadImageException(file.toString(), "too large for landmarks");
      }
      double[][] points = Json.mapper().readValue(Files.readString(file), double[][].class);
      boolean known = points.length == 5 || points.length == 68 || points.length == 81;
      for (double[] point : points) {
        known &= point.length == 2 && Double.isFinite(point[0]) && Double.isFinite(point[1]);
      }
      if (!known) {
        throw new BadImageException(file.toString(), "expected 5, 68 or 81 points [x, y]");
      }
      return points;
    } catch (JsonProcessingException e) {
      throw new BadImageException(file.toString(), Json.fault(e), e);
    } catch (IOException e) {
      throw new BadImageException(file.toString(), String.valueOf(e.getMessage()), e);
    }
  }
}
