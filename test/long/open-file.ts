/**
 * Opens a file in a process of its own and prints what that took: `open-file KIND SMALL LARGE`. The
 * small file of the same kind goes first, so that code and fixed tables are not counted.
 */
import { readFileSync } from "node:fs";
import { openSafetensors } from "../../src/formats/safetensors/index.ts";
import { openTokenizer } from "../../src/tokenize/index.ts";
import { DiskCollection } from "../../src/vector/store/disk-collection.ts";

async function open(kind: string, path: string): Promise<string> {
  try {
    if (kind === "safetensors") openSafetensors(path).close();
    else if (kind === "collection") DiskCollection.openForReading(path, []);
    else {
      const { tokenizer } = openTokenizer(path, { pattern: "cl100k_base" });
      await tokenizer.accelerate();
      return `${tokenizer.encodeIds("hello world").length} ids`;
    }
    return "opened";
  } catch (error) {
    return String((error as { code?: string }).code ?? error);
  }
}

/** The most memory this process has held; what Node says counts its parent's too. */
function peakKib(): number {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}

const [kind = "", small = "", large = ""] = process.argv.slice(2);
await open(kind, small);
const before = peakKib();
const result = await open(kind, large);
const peakBytes = (peakKib() - before) * 1024;
console.log(JSON.stringify({ result, peakBytes }));
