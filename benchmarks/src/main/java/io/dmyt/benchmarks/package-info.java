/**
 * How fast we are, measured beside the peers: {@link io.dmyt.benchmarks.PeerTable} times whole
 * networks in ours and in other people's engines in one run; the {@code *Benchmark} classes time
 * single layers and the loader under JMH.
 */
@NullMarked
package io.dmyt.benchmarks;

import org.jspecify.annotations.NullMarked;
