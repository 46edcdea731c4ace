/**
 * A {@link io.dmyt.Detector}: a backbone, a head, classes and preprocessing that belong together.
 *
 * <p>Everything that the command line does goes through this package and the ones that it builds on
 * ({@code io.dmyt.backbone}, {@code loss}, {@code svm}, {@code data}, {@code checkpoint}, {@code
 * engine}); those above ({@code training}, {@code evaluation}) build on it.
 */
@NullMarked
package io.dmyt;

import org.jspecify.annotations.NullMarked;
