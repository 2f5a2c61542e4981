/** Vectors as an `.npy` file, their ids as text beside it. */
import { writeFileAtomic } from "../../core/io/index.ts";
import { encodeNpyHeader } from "../../formats/npy/index.ts";
import type { VectorRow } from "../../vector/index.ts";

/** Writes `<path>` and `<path>.ids.txt`. */
export async function writeNpyFile(
  path: string,
  rows: readonly VectorRow[],
  dims: number,
): Promise<void> {
  const header = encodeNpyHeader(rows.length, dims);
  const bytes = new Uint8Array(header.length + rows.length * dims * 4);
  bytes.set(header);
  const values = new Float32Array(bytes.buffer, header.length);
  rows.forEach((row, i) => {
    values.set(row.vector ?? [], i * dims);
  });
  await writeFileAtomic(`${path}.ids.txt`, rows.map(({ id }) => `${id}\n`).join(""));
  await writeFileAtomic(path, bytes);
}
