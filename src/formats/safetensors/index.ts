/** Safetensors: tensors of models by name, from one file or several. */
export { openSafetensors, Safetensors } from "./open-safetensors.ts";
export type { TensorInfo, TensorType } from "./read-header.ts";
