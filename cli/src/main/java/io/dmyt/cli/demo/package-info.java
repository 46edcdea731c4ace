/** The data set that {@code dmyt demo} draws. */
@NullMarked
package io.dmyt.cli.demo;

import org.jspecify.annotations.NullMarked;
