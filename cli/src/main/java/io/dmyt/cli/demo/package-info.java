/** The data set that {@code dmyt demo} draws. */
package io.dmyt.cli.demo;
