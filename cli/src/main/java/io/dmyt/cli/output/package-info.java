/** What commands print: tables, progress, CSV and JSON. */
@NullMarked
package io.dmyt.cli.output;

import org.jspecify.annotations.NullMarked;
