package io.dmyt.spark;

import io.dmyt.face.Box;
import io.dmyt.face.Face;
import io.dmyt.face.Point;
import io.dmyt.metric.Estimate;
import io.dmyt.screening.FaceTrack;
import io.dmyt.screening.Sighting;
import io.dmyt.screening.Verdict;
import io.dmyt.screening.VideoResult;
import io.dmyt.video.VideoDamage;
import io.dmyt.video.VideoException;
import io.dmyt.video.VideoInfo;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is said of a video, on its way from an executor to the driver: every number bit by bit, and
 * no pictures. Spark's serializers don't know the results' classes, some of which are the JDK's.
 */
final class VideoBytes {
  private VideoBytes() {}

  /** A result, some 150 bytes for each face in a frame. */
  static byte[] of(VideoResult result) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeBoolean(true);
    write(out, result.info());
    write(out, result.damage());
    out.writeInt(result.chosen());
    out.writeInt(result.read());
    out.writeInt(result.cuts());
    out.writeInt(result.faces().size());
    for (FaceTrack face : result.faces()) {
      write(out, face);
    }
    return bytes.toByteArray();
  }

  /** Why there is none. */
  static byte[] of(VideoException e) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeBoolean(false);
    out.writeUTF(e.reason());
    return bytes.toByteArray();
  }

  /**
   * Reads what {@code of} wrote.
   *
   * @param video its path, as the driver names it
   * @throws VideoException if that is why there is no result
   */
  static VideoResult read(byte[] bytes, String video) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    if (!in.readBoolean()) {
      throw new VideoException(video, in.readUTF());
    }
    VideoInfo info = info(in);
    VideoDamage damage = damage(in);
    int chosen = in.readInt();
    int read = in.readInt();
    int cuts = in.readInt();
    List<FaceTrack> faces = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      faces.add(track(in));
    }
    return new VideoResult(video, info, damage, chosen, read, cuts, faces);
  }

  private static void write(DataOutputStream out, VideoInfo info) throws IOException {
    out.writeInt(info.width());
    out.writeInt(info.height());
    out.writeInt(info.frames());
    out.writeLong(info.duration().toNanos());
    out.writeBoolean(info.variableRate());
    write(out, info.highDynamicRange());
    out.writeUTF(info.codec());
    out.writeUTF(info.format());
  }

  private static VideoInfo info(DataInputStream in) throws IOException {
    return new VideoInfo(
        in.readInt(),
        in.readInt(),
        in.readInt(),
        Duration.ofNanos(in.readLong()),
        in.readBoolean(),
        text(in),
        in.readUTF(),
        in.readUTF());
  }

  private static void write(DataOutputStream out, VideoDamage damage) throws IOException {
    out.writeInt(damage.packets());
    out.writeInt(damage.frames());
    out.writeInt(damage.times().size());
    for (Duration time : damage.times()) {
      out.writeLong(time.toNanos());
    }
  }

  private static VideoDamage damage(DataInputStream in) throws IOException {
    int packets = in.readInt();
    int frames = in.readInt();
    List<Duration> times = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      times.add(Duration.ofNanos(in.readLong()));
    }
    return new VideoDamage(packets, frames, times);
  }

  private static void write(DataOutputStream out, FaceTrack face) throws IOException {
    out.writeInt(face.number());
    out.writeInt(face.sightings().size());
    for (Sighting sighting : face.sightings()) {
      write(out, sighting);
    }
    out.writeDouble(face.score().value());
    out.writeDouble(face.score().low());
    out.writeDouble(face.score().high());
    out.writeUTF(face.verdict().name());
    write(out, face.reason());
  }

  private static FaceTrack track(DataInputStream in) throws IOException {
    int number = in.readInt();
    List<Sighting> sightings = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      sightings.add(sighting(in));
    }
    return new FaceTrack(
        number,
        sightings,
        new Estimate(in.readDouble(), in.readDouble(), in.readDouble()),
        Verdict.valueOf(in.readUTF()),
        text(in),
        List.of(),
        List.of());
  }

  private static void write(DataOutputStream out, Sighting sighting) throws IOException {
    out.writeInt(sighting.frame());
    out.writeLong(sighting.time().toNanos());
    out.writeBoolean(sighting.face().isPresent());
    if (sighting.face().isPresent()) {
      write(out, sighting.face().get());
    }
    out.writeDouble(sighting.fakeProbability());
    write(out, sighting.skipped());
  }

  private static Sighting sighting(DataInputStream in) throws IOException {
    return new Sighting(
        in.readInt(),
        Duration.ofNanos(in.readLong()),
        in.readBoolean() ? Optional.of(face(in)) : Optional.empty(),
        in.readDouble(),
        text(in));
  }

  private static void write(DataOutputStream out, Face face) throws IOException {
    out.writeDouble(face.box().x());
    out.writeDouble(face.box().y());
    out.writeDouble(face.box().width());
    out.writeDouble(face.box().height());
    for (Point point : face.landmarks()) {
      out.writeDouble(point.x());
      out.writeDouble(point.y());
    }
    out.writeDouble(face.score());
  }

  private static Face face(DataInputStream in) throws IOException {
    Box box = new Box(in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble());
    List<Point> landmarks = new ArrayList<>();
    for (int i = 0; i < Face.LANDMARKS; i++) {
      landmarks.add(new Point(in.readDouble(), in.readDouble()));
    }
    return new Face(box, landmarks, in.readDouble());
  }

  private static void write(DataOutputStream out, Optional<String> text) throws IOException {
    out.writeBoolean(text.isPresent());
    if (text.isPresent()) {
      out.writeUTF(text.get());
    }
  }

  private static Optional<String> text(DataInputStream in) throws IOException {
    return in.readBoolean() ? Optional.of(in.readUTF()) : Optional.empty();
  }
}
