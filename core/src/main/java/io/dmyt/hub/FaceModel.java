package io.dmyt.hub;

/** The published face detector. */
public final class FaceModel {
  private static final String ADDRESS =
      "https://huggingface.co/opencv/face_detection_yunet/resolve/main/"
          + "face_detection_yunet_2023mar.onnx";

  private static final long SIZE = 232_589;

  private static final String SHA256 =
      "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4";

  /** YuNet, OpenCV Zoo's edition of March 2023, by Shiqi Yu; MIT licence. */
  public static final RemoteFile YUNET = RemoteFile.of(ADDRESS).expecting(SIZE, SHA256);

  private FaceModel() {}
}
