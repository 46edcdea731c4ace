package io.dmyt.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Implementations of an interface that are not this library's own: those that {@link ServiceLoader}
 * finds with the thread's context class loader, and those whose class a user has named.
 *
 * <p>Each class has one instance, so that implementations can be compared by identity. The name of
 * a class comes from a person or a service file, never from a file that is read as data.
 */
public final class Extensions {
  private static final Map<Class<?>, Set<Class<?>>> NAMED = new ConcurrentHashMap<>();

  private static final ClassValue<Object> INSTANCES =
      new ClassValue<>() {
        @Override
        protected Object computeValue(Class<?> type) {
          return instantiate(type);
        }
      };

  private Extensions() {}

  /**
   * All implementations that are not built in.
   *
   * @throws IllegalStateException if a service file names a class that can't be used
   */
  public static <T> List<T> of(Class<T> type) {
    Set<Class<?>> classes = new LinkedHashSet<>();
    try {
      ServiceLoader.load(type).stream().forEach(provider -> classes.add(provider.type()));
    } catch (ServiceConfigurationError e) {
      throw new IllegalStateException("can't load an extension: " + e.getMessage(), e);
    }
    Set<Class<?>> named = NAMED.getOrDefault(type, Set.of());
    synchronized (NAMED) {
      classes.addAll(named);
    }
    List<T> found = new ArrayList<>();
    classes.forEach(c -> found.add(type.cast(INSTANCES.get(c))));
    return found;
  }

  /**
   * The implementation whose class a user has named. {@link #of} returns it from now on.
   *
   * @throws IllegalArgumentException if there is no such class on the class path, it is no such
   *     implementation, or has no public constructor without arguments
   */
  public static <T> T named(Class<T> type, String className) {
    Class<?> found = find(className);
    if (!type.isAssignableFrom(found)) {
      throw new IllegalArgumentException(
          Text.format("%s does not implement %s", className, type.getName()));
    }
    T instance = type.cast(INSTANCES.get(found));
    synchronized (NAMED) {
      NAMED.computeIfAbsent(type, t -> new LinkedHashSet<>()).add(found);
    }
    return instance;
  }

  /**
   * Registers a class that a user has named under each of the types that it implements.
   *
   * @throws IllegalArgumentException as {@link #named} does, or if it implements none of them
   */
  public static void use(String className, List<Class<?>> types) {
    Class<?> found = find(className);
    List<Class<?>> implemented = types.stream().filter(t -> t.isAssignableFrom(found)).toList();
    if (implemented.isEmpty()) {
      throw new IllegalArgumentException(
          Text.format(
              "%s implements none of %s",
              className, String.join(", ", types.stream().map(Class::getName).toList())));
    }
    implemented.forEach(type -> named(type, className));
  }

  private static Class<?> find(String className) {
    try {
      return Class.forName(className, false, Thread.currentThread().getContextClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      throw new IllegalArgumentException(
          Text.format("no class %s on the class path", className), e);
    }
  }

  private static Object instantiate(Class<?> type) {
    try {
      if (Modifier.isAbstract(type.getModifiers())) {
        throw new IllegalArgumentException(type.getName() + " is abstract");
      }
      return type.getConstructor().newInstance();
    } catch (NoSuchMethodException | IllegalAccessException e) {
      throw new IllegalArgumentException(
          type.getName() + " must be public, with a public constructor without arguments", e);
    } catch (InstantiationException | InvocationTargetException e) {
      throw new IllegalArgumentException(
          Text.format("can't create a %s: %s", type.getName(), e.getCause()), e);
    }
  }
}
