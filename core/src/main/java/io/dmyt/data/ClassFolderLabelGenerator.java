package io.dmyt.data;

import java.net.URI;
import java.nio.file.Path;
import org.datavec.api.io.labels.PathLabelGenerator;
import org.datavec.api.writable.Text;
import org.datavec.api.writable.Writable;

/**
 * DataVec's label of an image: the name of the folder directly below the root, however deep the
 * image lies. ({@code ParentPathLabelGenerator} takes the innermost folder.)
 */
public final class ClassFolderLabelGenerator implements PathLabelGenerator {
  private static final long serialVersionUID = 1L;

  private final String root;

  /**
   * @param root the folder of the class folders
   */
  public ClassFolderLabelGenerator(Path root) {
    this.root = root.toAbsolutePath().normalize().toString();
  }

  /**
   * @throws ImageDataException if the path is not in a folder below the root
   */
  @Override
  public Writable getLabelForPath(String path) {
    return new Text(label(Path.of(path)));
  }

  /**
   * @throws ImageDataException if the path is not in a folder below the root
   */
  @Override
  public Writable getLabelForPath(URI uri) {
    return new Text(label(Path.of(uri)));
  }

  @Override
  public boolean inferLabelClasses() {
    return true;
  }

  private String label(Path path) {
    Path base = Path.of(root);
    Path file = path.toAbsolutePath().normalize();
    if (!file.startsWith(base) || file.getNameCount() < base.getNameCount() + 2) {
      throw new ImageDataException(
          path + " is not in a class folder: expected " + root + "/CLASS/...");
    }
    return file.getName(base.getNameCount()).toString();
  }
}
