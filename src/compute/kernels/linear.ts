// The numeric kernels: f32, int8 and quantised. Every function takes byte offsets into the memory it
// is given and does its share of the rows; who gets which rows is the caller's business.
export { scanDot, scanCosine, scanL2 } from "./linear/scan";
export { pushTop, scanTop } from "./linear/top";
export { packA, packB, gemm } from "./linear/gemm";
export { activate } from "./linear/activation";
export { softmax, layerNorm, rmsNorm } from "./linear/rows";
export { probeMadd, probeDot } from "./linear/probe";
