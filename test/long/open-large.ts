/** How much memory a process of its own takes to open a file, in multiples of the file's size. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { type BundledScript, bundleScript, startScript } from "./kill.ts";

export interface LargeFile {
  readonly name: string;
  /** The same kind of file, as small as can be. */
  readonly small: () => Buffer;
  readonly large: () => Buffer;
  /** The name of the file where that matters. */
  readonly fileName?: string;
}

const MOST = 10;
let script: Promise<BundledScript> | null = null;

/** What came of opening it; fails where that took more than ten times its size. */
export async function openLarge(
  kind: "tokenizer" | "safetensors" | "collection",
  { small, large, fileName = "large" }: LargeFile,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "sovereign-memory-"));
  const paths = [join(folder, "small"), join(folder, fileName)] as const;
  try {
    const bytes = large();
    writeFileSync(paths[0], small());
    writeFileSync(paths[1], bytes);
    return await openPaths(kind, paths, bytes.length);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same for files that are there; `size` is that of the large one. */
export async function openPaths(
  kind: string,
  paths: readonly [small: string, large: string],
  size: number,
): Promise<string> {
  script ??= bundleScript(join(import.meta.dirname, "open-file.ts"));
  const run = startScript(await script, [kind, ...paths]);
  expect(await run.exit).toBe(0);
  const { result, peakBytes } = JSON.parse(run.lines[0]!) as Measured;
  expect(peakBytes / size, `${result}: ${peakBytes} bytes`).toBeLessThan(MOST);
  return result;
}

interface Measured {
  readonly result: string;
  readonly peakBytes: number;
}
