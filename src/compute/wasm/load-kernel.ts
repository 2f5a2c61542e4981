/**
 * Kernels by name: the WebAssembly of `kernels/<name>.ts`, which the bundle carries as text, compiled
 * once in a process and instantiated over a memory of its own or a given one.
 *
 * `auto` takes the relaxed build where this engine passes the known answers of `probe.ts`; `plain`
 * gives the same bits everywhere.
 */
import { SovereignError } from "../../core/errors.ts";
import { type Arena, createArena } from "./arena.ts";
import { hasRelaxedSimd } from "./probe.ts";
import {
  compileModule,
  instantiate,
  type KernelExports,
  type WasmMemory,
  type WasmModule,
} from "./webassembly.ts";

export type KernelBuild = "plain" | "relaxed";

/** A new kernel is a file in `kernels/`, its name here and a line below. */
export type KernelName = "blake3" | "bpe" | "hnsw" | "linear";

interface KernelTexts {
  plain: string;
  relaxed: string | null;
}

const TEXTS: Readonly<Record<KernelName, () => Promise<KernelTexts>>> = {
  blake3: () => import("#kernels/blake3"),
  bpe: () => import("#kernels/bpe"),
  hnsw: () => import("#kernels/hnsw"),
  linear: () => import("#kernels/linear"),
};

export interface Kernel {
  readonly name: KernelName;
  readonly build: KernelBuild;
  readonly module: WasmModule;
  /** Always shared, so that workers can have it too. */
  readonly memory: WasmMemory;
  readonly arena: Arena;
  readonly exports: KernelExports;
}

export interface LoadKernelOptions {
  build?: "auto" | "plain";
  /** An arena to share with another kernel; a fresh memory when absent. */
  arena?: Arena;
}

const compiled = new Map<string, Promise<WasmModule>>();

/** Compiles (once a process) and instantiates a kernel. */
export async function loadKernel(
  name: KernelName,
  { build = "auto", arena = createArena() }: LoadKernelOptions = {},
): Promise<Kernel> {
  const texts = await TEXTS[name]();
  const isRelaxed = build === "auto" && texts.relaxed !== null && (await probeRelaxed());
  const chosen: KernelBuild = isRelaxed ? "relaxed" : "plain";
  const module = await compileOnce(name, chosen);
  const { memory } = arena;
  const exports = instantiate(module, memory);
  return { name, build: chosen, module, arena, memory, exports };
}

/** The module itself, for tests of one build. */
export function compileOnce(name: KernelName, build: KernelBuild): Promise<WasmModule> {
  const key = `${name} ${build}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const made = compile(name, build);
  compiled.set(key, made);
  return made;
}

async function compile(name: KernelName, build: KernelBuild): Promise<WasmModule> {
  const text = (await TEXTS[name]())[build];
  if (text === null) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `kernel \`${name}\` has no relaxed build`, {
      hint: "load it with the build `plain`",
    });
  }
  return compileModule(Buffer.from(text, "base64"));
}

let relaxed: Promise<boolean> | null = null;

function probeRelaxed(): Promise<boolean> {
  relaxed ??= hasRelaxedSimd(() => compileOnce("linear", "relaxed"));
  return relaxed;
}
