// The numeric kernels: f32, int8 and quantised. Every function takes byte offsets into the memory it
// is given and does its share of the rows; who gets which rows is the caller's business.
export { scanDot, scanCosine, scanL2 } from "./linear/scan";
export { pushTop, scanTop } from "./linear/top";
export { packA, packB, gemm } from "./linear/gemm";
export { attention } from "./linear/attention";
export { activate } from "./linear/activation";
export { softmax, layerNorm, rmsNorm } from "./linear/rows";
export { sumBlocks, sumPairs, minMax } from "./linear/reduce";
export { histogram, gather, scatterAdd } from "./linear/order";
export {
  makeKeys, makePairs, countFirst, keepFirst, countKeys, countPairs, placeDigits, moveKeys,
  movePairs, takeKeys, takePairs,
} from "./linear/sort";
export { shiftScale, rollingMean, binIndex } from "./linear/statistics";
export { scanInt8, quantize8 } from "./linear/int8";
export {
  matvecQ80, matvecQ4K, matvecQ5K, matvecQ6K, matvecF16, matvecBF16,
} from "./linear/quantised";
export { matvecQ40, matvecQ41, matvecQ50, matvecQ51 } from "./linear/nibbles";
export {
  dequantiseQ80, dequantiseQ40, dequantiseQ41, dequantiseQ50, dequantiseQ51, dequantiseQ4K,
  dequantiseQ5K, dequantiseQ6K, dequantiseF16, dequantiseBF16,
} from "./linear/dequantise";
export { probeMadd, probeDot, probeRead, probePeak } from "./linear/probe";
