package io.dmyt.hub;

import io.dmyt.internal.Quoted;
import io.dmyt.internal.Reason;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * A file that could not be fetched; the message is one line that says why, and what file to put
 * where instead.
 */
public final class DownloadException extends IOException {
  private static final long serialVersionUID = 1;

  DownloadException(RemoteFile remote, Path target, String why, Throwable cause) {
    super(
        Text.format(
            "cannot fetch %s: %s; you can download %s yourself and save it as %s",
            remote.name(), Quoted.line(why), Quoted.line("" + remote.url()), target),
        cause);
  }

  /** What a failure means, in words. */
  static String reason(Exception e) {
    if (e instanceof HttpTimeoutException) {
      return "no answer in time";
    }
    if (e instanceof FileSystemException file) {
      return Reason.withFile(file);
    }
    boolean plain = e.getClass() == IOException.class || e instanceof PassingException;
    String message = e.getMessage();
    boolean ours = plain || e instanceof IllegalArgumentException;
    return message != null && ours ? message : e.toString();
  }
}
