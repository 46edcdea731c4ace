/** Options that several commands share, and their checks. */
@NullMarked
package io.dmyt.cli.option;

import org.jspecify.annotations.NullMarked;
