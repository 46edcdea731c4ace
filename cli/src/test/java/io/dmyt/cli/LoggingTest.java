package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.data.ImageFolderIterator;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LoggingTest {
  @Test
  void librariesWarnButDoNotChat() {
    assertTrue(LoggerFactory.getLogger("org.nd4j.linalg.factory.Nd4j").isWarnEnabled());
    assertFalse(LoggerFactory.getLogger("org.nd4j.linalg.factory.Nd4j").isInfoEnabled());
  }

  @Test
  void badImagesAreSaidByTheCommandsAlone() {
    assertFalse(LoggerFactory.getLogger(ImageFolderIterator.class).isWarnEnabled());
    assertTrue(LoggerFactory.getLogger(ImageFolderIterator.class).isErrorEnabled());
  }
}
