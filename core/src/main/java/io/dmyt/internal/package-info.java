/**
 * What every room of the house uses: whole files, ranges of bytes, checks, text. No part of the
 * public API: it may change in any version.
 */
@NullMarked
package io.dmyt.internal;

import org.jspecify.annotations.NullMarked;
