package io.dmyt.spark;

import io.dmyt.screening.VideoResult;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import org.apache.spark.api.java.JavaFutureAction;

/**
 * Videos that a cluster judges. Results come in the order of the videos, each as soon as it is
 * there and those before it are.
 *
 * <p>Each video is a job of its own, and some more of them are under way than the cluster has tasks
 * that run at once: nobody waits for the end of a round. Results that have to wait for a long video
 * before them are all that memory holds. To be used by one thread.
 */
public final class ScreenedVideos implements AutoCloseable {
  /** Videos under way for each task that runs at once. */
  private static final int AHEAD = 4;

  private final SparkCluster cluster;
  private final VideoTask task;
  private final Iterator<Path> videos;
  private final Deque<UnderWay> underWay = new ArrayDeque<>();

  private record UnderWay(Path video, JavaFutureAction<List<byte[]>> result) {}

  ScreenedVideos(SparkCluster cluster, VideoTask task, List<Path> videos) {
    this.cluster = cluster;
    this.task = task;
    this.videos = videos.iterator();
  }

  /**
   * What is said of the next video, once it is there.
   *
   * @throws io.dmyt.video.VideoException if the file is no video, or the executors don't find it
   * @throws IllegalStateException if the cluster can't do the work
   * @throws NoSuchElementException after the last video
   */
  public VideoResult next() throws IOException {
    while (videos.hasNext() && underWay.size() < AHEAD * cluster.parallelism()) {
      Path video = videos.next();
      underWay.add(
          new UnderWay(
              video,
              cluster
                  .context()
                  .parallelize(List.of(SparkCluster.path(video)), 1)
                  .map(task)
                  .collectAsync()));
    }
    UnderWay first = underWay.remove();
    try {
      return VideoBytes.read(first.result().get().get(0), first.video().toString());
    } catch (ExecutionException e) {
      throw ClusterFailure.of("judging " + first.video(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while " + first.video() + " was judged");
    }
  }

  /** Gives up what is still under way. */
  @Override
  public void close() {
    underWay.forEach(video -> video.result().cancel(true));
  }
}
