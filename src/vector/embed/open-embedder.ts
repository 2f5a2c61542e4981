/** Embedders by name, or by the folder of a model. */
import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { SovereignError } from "../../core/errors.ts";
import { openSafetensors } from "../../formats/safetensors/index.ts";
import type { Embedder } from "./embedder.ts";
import { createLabHash } from "./lab-hash.ts";
import { readJsonFile } from "./model-folder.ts";

const LAB_DIMS = 64;
const MOST_DIMS = 65_536;

/**
 * Opens `lab-hash` (of 64 dimensions, or `lab-hash:128`), or the model in a folder (or of a
 * `.safetensors` file with `tokenizer.json` and `config.json` beside it): BERT-family encoders and
 * static Model2Vec tables. Nothing is ever fetched.
 */
export async function openEmbedder(spec: string): Promise<Embedder> {
  const [, name, size] = /^([a-z-]+)(?::(\d+))?$/.exec(spec) ?? [];
  if (name === "lab-hash") return createLabHash(readDims(spec, size, LAB_DIMS));
  return openModel(resolve(spec), spec);
}

function readDims(spec: string, size: string | undefined, otherwise: number): number {
  const dims = size === undefined ? otherwise : Number(size);
  if (dims >= 1 && dims <= MOST_DIMS) return dims;
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `\`${spec}\` cannot have ${dims} dimensions`,
    {
      hint: `give a number up to ${MOST_DIMS}, such as \`lab-hash:64\``,
    },
  );
}

async function openModel(path: string, spec: string): Promise<Embedder> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const folder = isFolder ? path : dirname(path);
  if (!isFolder && !existsSync(path)) {
    throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no embedder \`${spec}\``, {
      hint: "name `lab-hash`, or a folder with model.safetensors, tokenizer.json and config.json",
    });
  }
  const nested = join(folder, "0_StaticEmbedding");
  using files = openSafetensors(isFolder && existsSync(nested) ? nested : path);
  const config = readJsonFile(folder, "config.json");
  const { isStaticModel, openStaticModel } = await import("./static-model.ts");
  if (isStaticModel(files)) return openStaticModel(folder, files, config ?? {});
  const { openSentenceModel } = await import("./sentence-model.ts");
  return await openSentenceModel(folder, files, config ?? {});
}
