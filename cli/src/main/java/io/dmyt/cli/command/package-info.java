/** The subcommands. */
@NullMarked
package io.dmyt.cli.command;

import org.jspecify.annotations.NullMarked;
