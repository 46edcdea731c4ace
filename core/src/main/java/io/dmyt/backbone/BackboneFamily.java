package io.dmyt.backbone;

import java.util.List;

/**
 * Networks that join from outside of this library, under names of their own.
 *
 * <p>The implementation is a public class with a public constructor without arguments, of which one
 * instance is made. It is found by {@link java.util.ServiceLoader} if the class's name stands in
 * {@code META-INF/services/io.dmyt.backbone.BackboneFamily} of its jar. A saved detector holds the
 * network's name alone.
 */
public interface BackboneFamily {
  /** The networks. A name that this library has already stays with its own network. */
  List<Model> models();
}
