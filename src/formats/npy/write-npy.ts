/** Writes the head of a `.npy` file (version 1.0); the values follow as they lie in memory. */

const ALIGNMENT = 64;

/** The header of a float32 matrix in C order. */
export function encodeNpyHeader(rowCount: number, columnCount: number): Uint8Array {
  const shape = `(${rowCount}, ${columnCount})`;
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;
  const total = Math.ceil((10 + dict.length + 1) / ALIGNMENT) * ALIGNMENT;
  const header = Buffer.alloc(total, " ");
  header.write("\x93NUMPY\x01\x00", 0, "latin1");
  header.writeUInt16LE(total - 10, 8);
  header.write(dict, 10, "latin1");
  header[total - 1] = 10;
  return header;
}
