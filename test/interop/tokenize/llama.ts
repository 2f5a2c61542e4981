/** llama.cpp's tokenizer, which node-llama-cpp brings, in this process. */
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const FOLDER = resolve(HERE, "../../../.interop/tokenize-llama/node_modules/node-llama-cpp");

export interface LlamaModel {
  /** Ids of a text, with special tokens in it as text. */
  tokenize(text: string, specialTokens: false): readonly number[];
  dispose(): Promise<void>;
}

interface Llama {
  loadModel(options: { modelPath: string; vocabOnly: true }): Promise<LlamaModel>;
}

/** Opens the tokenizer of a GGUF file without tensors. */
export async function openLlama(modelPath: string): Promise<LlamaModel> {
  const { getLlama } = (await import(pathToFileURL(`${FOLDER}/dist/index.js`).href)) as {
    getLlama(options: object): Promise<Llama>;
  };
  // It tries to open models with tensors first, and says that there are none.
  const llama = await getLlama({ build: "never", gpu: false, logLevel: "disabled" });
  return llama.loadModel({ modelPath, vocabOnly: true });
}
