/** Rows of NumPy's files: `.npy` holds vectors alone, `.npz` vectors and their ids by name. */
import { readFileSync } from "node:fs";
import { SovereignError } from "../../core/errors.ts";
import { readNpy, readNpyHeader, readNpyTexts, readNpz } from "../../formats/npy/index.ts";
import type { VectorRow } from "../types.ts";

/** Where rows come from and what their parts are called. */
export interface NumpyRowsOptions {
  readonly format: "npy" | "npz";
  /** Named in errors. */
  readonly source: string;
  /** The array of ids in an archive; else `ids` or `id`. */
  readonly idColumn?: string;
  /** The array of vectors in an archive; else one of the usual names, or the only matrix. */
  readonly vectorColumn?: string;
  /** Ids in order, in place of those of the file; their numbers from 0 without any. */
  readonly ids?: readonly string[];
}

const ID_NAMES = ["ids", "id"];
const VECTOR_NAMES = ["vectors", "vector", "embeddings", "embedding"];

/** Rows in the order of the file. */
export function* numpyRows(path: string, options: NumpyRowsOptions): Generator<VectorRow> {
  const { source } = options;
  const file = readFileSync(path);
  const { bytes, ids } =
    options.format === "npy" ? { bytes: file, ids: options.ids } : openArchive(file, options);
  const { rowCount, columnCount, values } = readNpy(bytes, source);
  if (ids !== undefined && ids.length !== rowCount) {
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `there ${ids.length === 1 ? "is 1 id" : `are ${ids.length} ids`} for ${rowCount} vectors`,
      { hint: "give one id for each vector, in their order" },
    );
  }
  for (let row = 0; row < rowCount; row++) {
    const vector = values.subarray(row * columnCount, (row + 1) * columnCount);
    yield { id: ids?.[row] ?? String(row), vector };
  }
}

/** Rows with the vectors of an `.npy` file, one each. */
export async function* withVectors(
  rows: AsyncIterable<VectorRow>,
  path: string,
): AsyncGenerator<VectorRow> {
  const { rowCount, columnCount, values } = readNpy(readFileSync(path), path);
  let at = 0;
  for await (const row of rows) {
    if (at < rowCount) {
      yield { ...row, vector: values.subarray(at * columnCount, (at + 1) * columnCount) };
    }
    at++;
  }
  if (at === rowCount) return;
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `there are ${rowCount} vectors in \`${path}\` for ${at} rows`,
    { hint: "give one vector for each row, in their order" },
  );
}

/** The vectors of an archive, and the ids given or beside them. */
function openArchive(
  file: Uint8Array,
  options: NumpyRowsOptions,
): { bytes: Uint8Array; ids: readonly string[] | undefined } {
  const { source } = options;
  const arrays = readNpz(file, source);
  const vectorName = options.vectorColumn ?? findMatrix(arrays, source);
  const idName = options.idColumn ?? ID_NAMES.find((name) => arrays.has(name));
  const open = (name: string): Uint8Array => {
    const array = arrays.get(name);
    if (array !== undefined) return array();
    throw refuse(`\`${source}\` holds no array \`${name}\``, arrays);
  };
  const bytes = open(vectorName);
  if (options.ids !== undefined) return { bytes, ids: options.ids };
  if (idName === undefined) return { bytes, ids: undefined };
  return { bytes, ids: readNpyTexts(open(idName), `${source}, ${idName}`) };
}

/** By name, else the only array of two dimensions. */
function findMatrix(arrays: ReadonlyMap<string, () => Uint8Array>, source: string): string {
  const named = VECTOR_NAMES.find((name) => arrays.has(name));
  if (named !== undefined) return named;
  const matrices = [...arrays].filter(
    ([, open]) => readNpyHeader(open(), source).shape.length === 2,
  );
  if (matrices.length === 1) return matrices[0]![0];
  throw refuse(`\`${source}\` does not say which array holds the vectors`, arrays);
}

function refuse(message: string, arrays: ReadonlyMap<string, unknown>): SovereignError {
  const names = [...arrays.keys()].slice(0, 20).join(", ");
  return new SovereignError("INVALID_PARAMETER_VALUE", message, {
    hint:
      names === ""
        ? "save arrays with `numpy.savez(path, vectors=x, ids=names)`"
        : `name one with \`--vector-column\`, that of the ids with \`--id-column\`: ${names}`,
  });
}
