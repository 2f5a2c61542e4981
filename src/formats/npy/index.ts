/** NumPy's `.npy` files: two-dimensional arrays of floats, for vectors. */
export { decodeHalf } from "./half.ts";
export { type NpyMatrix, readNpy } from "./read-npy.ts";
export { encodeNpyHeader } from "./write-npy.ts";
