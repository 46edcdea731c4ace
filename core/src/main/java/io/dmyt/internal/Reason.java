package io.dmyt.internal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What went wrong with a file, in words; the exceptions' own messages may be the name alone. */
public final class Reason {
  private Reason() {}

  /** Without the file, which the message around it names. */
  public static String of(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "no permission";
    } else if (e instanceof NoSuchFileException) {
      return "no such file or folder";
    } else if (e instanceof FileAlreadyExistsException) {
      return "is in the way";
    } else if (e instanceof FileSystemException file && file.getReason() != null) {
      return file.getReason();
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  /** With the file, which may be another than the one that is wanted. */
  public static String withFile(IOException e) {
    return e instanceof FileSystemException file ? file.getFile() + ": " + of(e) : of(e);
  }
}
