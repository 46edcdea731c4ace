package io.dmyt.video;

import java.time.Duration;
import java.util.List;

/**
 * What could not be decoded.
 *
 * @param packets how many packets are damaged
 * @param frames how many frames that cost: those of the damaged packets, and those up to the next
 *     key frame, which are made from them
 * @param times where damage was met, from the video's start: the first few
 */
public record VideoDamage(int packets, int frames, List<Duration> times) {
  public VideoDamage {
    times = List.copyOf(times);
  }

  /** Whether nothing is damaged. */
  public boolean isNone() {
    return packets == 0;
  }
}
