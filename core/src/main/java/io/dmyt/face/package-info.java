/**
 * Faces in pictures: found with five landmarks, and cut out as detectors are given them. Fetches
 * nothing: a detector is made from a model's file.
 */
@NullMarked
package io.dmyt.face;

import org.jspecify.annotations.NullMarked;
