/** The part of the WebAssembly interface in use, typed: it is in no library but the browser's. */

export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
  /** Adds pages of 64 KiB. */
  grow(pages: number): number;
}

/** A compiled module; may be sent to a worker. */
export type WasmModule = object;

/** A function of a kernel: byte offsets, counts and f32 in, one number or nothing out. */
export type KernelFunction = (...args: number[]) => number;
export type KernelExports = Readonly<Record<string, KernelFunction>>;

interface WasmInterface {
  Memory: new (limits: { initial: number; maximum: number; shared: true }) => WasmMemory;
  Module: new (bytes: Uint8Array) => WasmModule;
  Instance: new (
    module: WasmModule,
    imports: { env: { memory: WasmMemory } },
  ) => { exports: KernelExports };
}

const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: WasmInterface })
  .WebAssembly;

/** What a kernel's memory may grow to: 4 GiB less a page, so that no block ends at offset 0. */
export const MOST_PAGES = 65_535;

/** A shared memory that starts at one page. */
export function createMemory(mostPages = MOST_PAGES): WasmMemory {
  return new Memory({ initial: 1, maximum: mostPages, shared: true });
}

/** Compiles at once; a worker gets the module by message. */
export function compileModule(bytes: Uint8Array): WasmModule {
  return new Module(bytes);
}

/** One more instance of a compiled kernel, over a memory. */
export function instantiate(module: WasmModule, memory: WasmMemory): KernelExports {
  return new Instance(module, { env: { memory } }).exports;
}
