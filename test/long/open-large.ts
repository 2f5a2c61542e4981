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
}

const MOST = 10;
let script: Promise<BundledScript> | null = null;

/** What came of opening it; fails where that took more than ten times its size. */
export async function openLarge(
  kind: "tokenizer" | "safetensors" | "collection",
  { name, small, large }: LargeFile,
): Promise<string> {
  script ??= bundleScript(join(import.meta.dirname, "open-file.ts"));
  const folder = mkdtempSync(join(tmpdir(), "sovereign-memory-"));
  const paths = [join(folder, "small"), join(folder, "large")] as const;
  try {
    const bytes = large();
    writeFileSync(paths[0], small());
    writeFileSync(paths[1], bytes);
    const run = startScript(await script, [kind, ...paths]);
    expect(await run.exit, name).toBe(0);
    const { result, peakBytes } = JSON.parse(run.lines[0]!) as Measured;
    if (process.env.SHOW_MEMORY) console.log(name, result, (peakBytes / bytes.length).toFixed(1));
    expect(peakBytes / bytes.length, name).toBeLessThan(MOST);
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Measured {
  readonly result: string;
  readonly peakBytes: number;
}
