package io.dmyt.video;

import io.dmyt.data.ImageDecoder;
import io.dmyt.data.Preprocessing;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeSet;
import org.datavec.api.conf.Configuration;
import org.datavec.api.records.Record;
import org.datavec.api.records.metadata.RecordMetaData;
import org.datavec.api.records.metadata.RecordMetaDataURI;
import org.datavec.api.records.reader.BaseRecordReader;
import org.datavec.api.split.InputSplit;
import org.datavec.api.writable.IntWritable;
import org.datavec.api.writable.NDArrayWritable;
import org.datavec.api.writable.Writable;
import org.jspecify.annotations.Nullable;

/**
 * Frames of videos as DataVec's records, for DL4J's pipelines: of each chosen frame the picture,
 * [1, 3, size, size], and the index of its video's folder among the folders' names, which are the
 * labels. Videos are read one after the other, frames as they are asked for. Not thread-safe.
 */
public final class VideoRecordReader extends BaseRecordReader {
  private static final long serialVersionUID = 1L;

  private final transient FrameSelection frames;
  private final transient ImageDecoder decoder;
  private final transient Deque<Path> waiting = new ArrayDeque<>();
  private transient List<String> labels = List.of();
  private transient @Nullable VideoReader reader;
  private transient @Nullable VideoFrame ahead;

  /**
   * @param frames which frames of each video are read
   * @param preprocessing how a frame becomes a network's input
   */
  public VideoRecordReader(FrameSelection frames, Preprocessing preprocessing) {
    this.frames = frames;
    decoder = new ImageDecoder(preprocessing);
  }

  @Override
  public void initialize(InputSplit split) {
    inputSplit = split;
    TreeSet<String> names = new TreeSet<>();
    for (URI location : split.locations()) {
      names.add(label(Path.of(location)));
    }
    labels = List.copyOf(names);
    reset();
  }

  @Override
  public void initialize(Configuration configuration, InputSplit split) {
    initialize(split);
  }

  private static String label(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return folder == null || folder.getFileName() == null ? "" : folder.getFileName().toString();
  }

  @Override
  public boolean hasNext() {
    try {
      while (ahead == null) {
        if (reader == null) {
          Path file = waiting.poll();
          if (file == null) {
            return false;
          }
          reader = VideoReader.open(file, frames);
        }
        Optional<VideoFrame> next = reader.next();
        if (next.isPresent()) {
          ahead = next.get();
        } else {
          stop();
        }
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void stop() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }

  private VideoFrame take() {
    VideoFrame frame = hasNext() ? ahead : null;
    if (frame == null) {
      throw new NoSuchElementException("the last frame has been read already");
    }
    ahead = null;
    invokeListeners(frame);
    return frame;
  }

  private List<Writable> record(VideoFrame frame) {
    List<Writable> record = new ArrayList<>();
    record.add(new NDArrayWritable(decoder.decode(frame)));
    record.add(new IntWritable(labels.indexOf(label(Path.of(frame.video())))));
    return record;
  }

  @Override
  public List<Writable> next() {
    return record(take());
  }

  @Override
  public Record nextRecord() {
    VideoFrame frame = take();
    RecordMetaData origin =
        new RecordMetaDataURI(Path.of(frame.video()).toUri(), VideoRecordReader.class);
    return new org.datavec.api.records.impl.Record(record(frame), origin);
  }

  @Override
  public List<String> getLabels() {
    return labels;
  }

  @Override
  public void reset() {
    stop();
    ahead = null;
    waiting.clear();
    for (URI location : inputSplit.locations()) {
      waiting.add(Path.of(location));
    }
  }

  @Override
  public boolean resetSupported() {
    return true;
  }

  @Override
  public List<Writable> record(URI uri, DataInputStream stream) {
    throw new UnsupportedOperationException("a video is read from its file, not from a stream");
  }

  @Override
  public Record loadFromMetaData(RecordMetaData origin) {
    throw new UnsupportedOperationException("a frame can't be read by itself");
  }

  @Override
  public List<Record> loadFromMetaData(List<RecordMetaData> origins) {
    throw new UnsupportedOperationException("a frame can't be read by itself");
  }

  @Override
  public void setConf(Configuration configuration) {
    // There is nothing to configure.
  }

  @Override
  public Configuration getConf() {
    return new Configuration();
  }

  @Override
  public void close() {
    stop();
    decoder.close();
  }
}
