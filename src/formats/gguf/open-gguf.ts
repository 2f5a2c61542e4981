/** Reads the metadata of a GGUF file on disk, taking as much of its beginning as that needs. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type GgufMetadata, NeedsMoreBytes, readGgufMetadata } from "./read-metadata.ts";

const FIRST_BYTES = 4_000_000;

/** The pairs of a file; its tensors stay unread. */
export function openGguf(path: string): GgufMetadata {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    for (let wanted = FIRST_BYTES; ; wanted *= 4) {
      const bytes = new Uint8Array(Math.min(size, wanted));
      let filled = 0;
      while (filled < bytes.length) {
        const count = readSync(file, bytes, filled, bytes.length - filled, filled);
        if (count === 0) break;
        filled += count;
      }
      try {
        return readGgufMetadata(bytes, size);
      } catch (error) {
        if (!(error instanceof NeedsMoreBytes) || wanted >= size) throw error;
      }
    }
  } finally {
    closeSync(file);
  }
}
