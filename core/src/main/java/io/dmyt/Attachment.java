package io.dmyt;

import java.io.IOException;
import java.io.OutputStream;

/** What a program keeps with a detector in an entry of its own in the detector's file. */
@FunctionalInterface
public interface Attachment {
  /** What the names of all attachments' entries begin with. */
  String PREFIX = "training/";

  /** Writes the entry's content; the stream stays open. */
  void writeTo(OutputStream out) throws IOException;
}
