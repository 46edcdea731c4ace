package io.dmyt.spark;

import io.dmyt.screening.ScreeningOptions;
import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;

/**
 * What a task that judges videos has to know.
 *
 * @param detector its file
 * @param options how videos are judged
 * @param faceModel YuNet's file; empty for OpenCV's cascade
 */
record VideoWork(SharedDetectorFile detector, ScreeningOptions options, Broadcast<byte[]> faceModel)
    implements Serializable {}
