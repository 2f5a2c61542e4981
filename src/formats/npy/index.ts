/** NumPy's files, `.npy` and `.npz`: matrices of numbers for vectors, lists of texts for ids. */
export { decodeHalf } from "./half.ts";
export { type NpyMatrix, readNpy, readNpyHeader, readNpyTexts } from "./read-npy.ts";
export { readNpz } from "./read-npz.ts";
export { encodeNpyHeader } from "./write-npy.ts";
