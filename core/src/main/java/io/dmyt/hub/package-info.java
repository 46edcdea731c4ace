/** What is published elsewhere: addresses, checksums, the cache folder, and the download. */
package io.dmyt.hub;
