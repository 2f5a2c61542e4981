/**
 * Whether this engine's relaxed SIMD can be trusted: known answers of each relaxed operation the
 * kernels use, cold (baseline compiler) and again after many calls (optimising compiler). Node 20's
 * baseline compiler gets `i32x4.relaxed_dot_i8x16_i7x16_add` wrong, which no kernel therefore uses.
 */
import { setFlagsFromString } from "node:v8";
import {
  createMemory,
  instantiate,
  type KernelExports,
  type WasmMemory,
  type WasmModule,
} from "./webassembly.ts";

/** Enough calls for the optimising compiler to take over, well under 10 ms. */
const WARM_CALLS = 20_000;
const FIRST = 1024;

/** False, never an error, where the relaxed module does not compile or answers wrongly. */
export async function hasRelaxedSimd(
  load: () => Promise<WasmModule>,
  calls = WARM_CALLS,
): Promise<boolean> {
  // Later versions have it on and no longer know the flag.
  if (process.version.startsWith("v20.")) {
    setFlagsFromString("--experimental-wasm-relaxed-simd");
  }
  try {
    const memory = createMemory();
    const exports = instantiate(await load(), memory);
    return passesProbes(exports, memory, 1) && passesProbes(exports, memory, calls);
  } catch {
    return false;
  }
}

function passesProbes(exports: KernelExports, memory: WasmMemory, calls: number): boolean {
  const bytes = new Int8Array(memory.buffer, FIRST, 32);
  const floats = new Float32Array(memory.buffer, FIRST + 64, 16);
  for (let i = 0; i < 16; i++) {
    bytes[i] = [-128, 127, -1, 0, 93, -77, 5, -128][i % 8]!;
    bytes[16 + i] = [127, 127, 0, 64, 1, 100, 33, 127][(i * 3) % 8]!;
  }
  const [a, b, c] = [1.5, -2.25, 0.125];
  floats.set([a, b, c, 8, 4, -2, 0.5, 3, 0.75, 1, -7, 0], 0);
  for (let call = 0; call < calls; call++) {
    exports.probeDot!(FIRST, FIRST + 16, FIRST + 32);
    exports.probeMadd!(FIRST + 64, FIRST + 80, FIRST + 96, FIRST + 112);
  }
  const dots = new Int16Array(memory.buffer, FIRST + 32, 8);
  const isDotRight = dots.every((dot, i) => {
    const j = 2 * i;
    return dot === bytes[j]! * bytes[16 + j]! + bytes[j + 1]! * bytes[17 + j]!;
  });
  // These products and sums are exact in f32, so one rounding or two give the same.
  const isMaddRight = [0, 1, 2, 3].every(
    (i) => floats[12 + i] === floats[i]! * floats[4 + i]! + floats[8 + i]!,
  );
  return isDotRight && isMaddRight;
}
