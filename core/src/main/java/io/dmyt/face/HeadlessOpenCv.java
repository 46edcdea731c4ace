package io.dmyt.face;

import java.lang.reflect.Field;
import java.util.Map;
import org.bytedeco.javacpp.Loader;

/**
 * OpenCV's object detection where there is no desktop. Its Java classes load OpenCV's windows
 * first, though it needs none of them, and these need GTK and fontconfig, which servers and
 * containers rarely have. So JavaCPP is told that the windows are loaded. A program that opens some
 * loads {@code opencv_highgui} before it looks for faces.
 */
final class HeadlessOpenCv {
  private static final String WINDOWS = "jniopencv_highgui";

  private HeadlessOpenCv() {}

  /** To be called before a class of {@code org.bytedeco.opencv.opencv_objdetect} is used. */
  // JavaCPP's methods that use this map are synchronized on its class.
  @SuppressWarnings({"unchecked", "LockOnNonEnclosingClassLiteral"})
  static void prepare() {
    try {
      Field loaded = Loader.class.getDeclaredField("loadedLibraries");
      loaded.setAccessible(true);
      synchronized (Loader.class) {
        ((Map<String, String>) loaded.get(null)).putIfAbsent(WINDOWS, WINDOWS);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "this version of JavaCPP keeps its loaded libraries elsewhere", e);
    }
  }
}
