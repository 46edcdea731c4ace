package io.dmyt.video;

import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_INFO;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_QUIET;
import static org.bytedeco.ffmpeg.global.avutil.av_log_get_level;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;
import static org.bytedeco.ffmpeg.global.avutil.av_strerror;

import java.nio.charset.StandardCharsets;
import org.bytedeco.ffmpeg.avutil.AVRational;

/** What every call of FFmpeg's needs. */
final class FFmpeg {
  static {
    // By default it prints to standard error what is also in the errors that it returns. A program
    // that has set a level of its own keeps it.
    if (av_log_get_level() == AV_LOG_INFO) {
      av_log_set_level(AV_LOG_QUIET);
    }
  }

  private FFmpeg() {}

  /** Makes sure that the library is there, and quiet. */
  static void load() {
    // The class's initialisation has done it.
  }

  /**
   * Fails if a call returned an error.
   *
   * @param code what it returned
   * @param doing what was tried, for people
   * @return the code
   */
  static int check(int code, String file, String doing) throws VideoException {
    if (code < 0) {
      throw new VideoException(file, doing + ": " + message(code));
    }
    return code;
  }

  /** What an error code means, for people. */
  static String message(int code) {
    byte[] text = new byte[128];
    av_strerror(code, text, text.length);
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    return new String(text, 0, end, StandardCharsets.UTF_8);
  }

  /** Time stamps in a unit of seconds, in nanoseconds. */
  static long nanos(long stamp, AVRational unit) {
    return Math.round((double) stamp * unit.num() / unit.den() * 1e9);
  }
}
