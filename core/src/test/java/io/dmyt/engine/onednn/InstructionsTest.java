package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx2;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_amx;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_bf16;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class InstructionsTest {
  @Test
  void theBestSetIsNamed() {
    assertEquals("AVX2", Instructions.title(dnnl_cpu_isa_avx2));
    assertEquals("AVX-512 BF16", Instructions.title(dnnl_cpu_isa_avx512_core_bf16));
    assertEquals("AVX-512 with AMX", Instructions.title(dnnl_cpu_isa_avx512_core_amx));
    assertEquals("", Instructions.title(0));
  }

  /** As a better set has all bits of a worse one, it must be asked for before it. */
  @Test
  void noSetHidesABetterOne() {
    Instructions[] sets = Instructions.values();
    for (int better = 0; better < sets.length; better++) {
      for (int worse = better + 1; worse < sets.length; worse++) {
        assertTrue(
            (sets[worse].bits() & sets[better].bits()) != sets[better].bits(),
            sets[better] + " hides " + sets[worse]);
      }
    }
  }
}
