package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx10_2_512;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx2;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx2_vnni;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx2_vnni_2;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_amx;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_amx_fp16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_fp16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_vnni;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_sse41;
import static org.bytedeco.dnnl.global.dnnl.dnnl_get_effective_cpu_isa;

import io.dmyt.internal.Text;

/**
 * Names of the instruction sets that oneDNN tells apart, each with all of its predecessors' bits.
 */
enum Instructions {
  AVX10_2(dnnl_cpu_isa_avx10_2_512, "AVX10.2"),
  AMX_FP16(dnnl_cpu_isa_avx512_core_amx_fp16, "AVX-512 with AMX FP16"),
  AMX(dnnl_cpu_isa_avx512_core_amx, "AVX-512 with AMX"),
  AVX512_FP16(dnnl_cpu_isa_avx512_core_fp16, "AVX-512 FP16"),
  AVX512_BF16(dnnl_cpu_isa_avx512_core_bf16, "AVX-512 BF16"),
  AVX512_VNNI(dnnl_cpu_isa_avx512_core_vnni, "AVX-512 VNNI"),
  AVX512(dnnl_cpu_isa_avx512_core, "AVX-512"),
  AVX2_VNNI_2(dnnl_cpu_isa_avx2_vnni_2, "AVX2 with VNNI for bfloat16 and half"),
  AVX2_VNNI(dnnl_cpu_isa_avx2_vnni, "AVX2 VNNI"),
  AVX2(dnnl_cpu_isa_avx2, "AVX2"),
  AVX(dnnl_cpu_isa_avx, "AVX"),
  SSE41(dnnl_cpu_isa_sse41, "SSE 4.1");

  private static final String LIMIT = "ONEDNN_MAX_CPU_ISA";

  private final int bits;
  private final String title;

  Instructions(int bits, String title) {
    this.bits = bits;
    this.title = title;
  }

  /** What oneDNN uses on this CPU, within the limit that the environment sets it. */
  static String used() {
    String limit = System.getenv(LIMIT);
    return title(dnnl_get_effective_cpu_isa())
        + (limit == null ? "" : Text.format(", limited by %s=%s", LIMIT, limit));
  }

  int bits() {
    return bits;
  }

  /** The best set that is there; oneDNN counts none on processors that are not x86's. */
  static String title(int available) {
    for (Instructions set : values()) {
      if ((available & set.bits) == set.bits) {
        return set.title;
      }
    }
    return "";
  }
}
