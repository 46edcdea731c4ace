/** What commands print: tables, progress, CSV and JSON. */
package io.dmyt.cli.output;
