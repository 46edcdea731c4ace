/** What is published elsewhere: addresses, checksums, the cache folder, and the download. */
@NullMarked
package io.dmyt.hub;

import org.jspecify.annotations.NullMarked;
