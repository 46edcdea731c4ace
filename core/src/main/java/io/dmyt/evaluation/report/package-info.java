/**
 * Self-contained HTML pages about a test and about a training run: readable without a network,
 * printable, in light and dark.
 *
 * <p>Charts are SVG; their colours are the page's own, so that they follow its light or dark theme.
 */
@NullMarked
package io.dmyt.evaluation.report;

import org.jspecify.annotations.NullMarked;
