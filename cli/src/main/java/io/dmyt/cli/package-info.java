/**
 * The command line: one class a subcommand, each a thin layer over the library's public API.
 *
 * <p>Exit codes: 0 done, 1 failed, 2 called wrongly, and 3 of {@code predict --fail-on-fake} if
 * there are fakes. Results go to standard output; progress and messages go to standard error.
 */
@NullMarked
package io.dmyt.cli;

import org.jspecify.annotations.NullMarked;
