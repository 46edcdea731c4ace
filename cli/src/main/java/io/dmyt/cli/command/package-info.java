/** The subcommands. */
package io.dmyt.cli.command;
