/** Options that several commands share, and their checks. */
package io.dmyt.cli.option;
