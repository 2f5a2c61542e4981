/** What a new collection is to be, checked. */

import {
  type Check,
  optional,
  requireFunction,
  requireListOf,
  requireNumber,
  requireObjectOf,
  requireOneOf,
  requirePath,
  requireString,
} from "../core/arguments.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { SovereignError } from "../core/errors.ts";
import { MAX_DIMS } from "./store/section-file.ts";
import {
  type CollectionSettings,
  type EmbedderSettings,
  type IndexNames,
  METRICS,
  type Metric,
  type TableSource,
  type TextField,
} from "./types.ts";

/** What a new collection is; all of it has defaults but `dims`, which an embedder says. */
export interface CollectionOptions {
  /** Numbers in a vector; 0 for a collection of text alone. */
  readonly dims?: number;
  /** What makes the vectors from a text of each row; see `openEmbedder`. */
  readonly embedder?: string;
  /** The metadata field of that text; default: the first of `text`, else `text`. */
  readonly embedField?: string;
  /** Default cosine. */
  readonly metric?: Metric;
  /** Metadata fields of full-text search; without any there is none. */
  readonly text?: readonly (string | TextField)[];
  /** Of stemmer and stop words; default english. */
  readonly language?: string;
  /** Saturation of BM25; default 1.2. */
  readonly k1?: number;
  /** How far BM25 weighs lengths, from 0 to 1; default 0.75. */
  readonly b?: number;
  /** A table that the collection follows; see `syncCollection`. */
  readonly source?: TableSource;
  /** What the REST API calls its parts. */
  readonly names?: IndexNames;
  readonly clock?: Clock;
}

const requireField = requireObjectOf({ name: requireString, boost: requireNumber });
const requireTextField: Check = (value, what) =>
  (typeof value === "object" ? requireField : requireString)(value, what);
/** The table to follow. */
export const requireSource = requireObjectOf({
  table: requireString,
  keyColumn: requireString,
  vectorColumn: optional(requireString),
  columns: optional(requireListOf(requireString)),
  pipeline: requireOneOf("triggered", "continuous"),
});

/** What programs without types give. */
export const requireCollectionOptions = requireObjectOf({
  dims: optional(requireNumber),
  embedder: optional(requirePath),
  embedField: optional(requireString),
  metric: optional(requireString),
  text: optional(requireListOf(requireTextField)),
  language: optional(requireString),
  k1: optional(requireNumber),
  b: optional(requireNumber),
  source: optional(requireSource),
  names: optional(requireObjectOf({ endpoint: requireString, keyColumn: requireString })),
  clock: optional(requireObjectOf({ nowMs: requireFunction })),
});

/** The settings that the options ask for; opens the embedder to learn its dimensions. */
export async function readOptions(options: CollectionOptions): Promise<CollectionSettings> {
  requireCollectionOptions(options, "the options");
  const { metric = "cosine", language = "english", k1 = 1.2, b = 0.75 } = options;
  const text = readTextFields(options.text ?? []);
  const embedded = await readEmbedder(options, text);
  const dims = embedded?.dims ?? options.dims ?? 0;
  if (!Number.isInteger(dims) || dims < 0 || dims > MAX_DIMS) {
    throw refuse(`vectors cannot have ${dims} dimensions`, `give a number up to ${MAX_DIMS}`);
  }
  if (!METRICS.includes(metric)) {
    throw refuse(`there is no metric \`${metric}\``, `one of ${METRICS.join(", ")}`);
  }
  if (!(k1 >= 0 && k1 <= 100) || !(b >= 0 && b <= 1)) {
    throw refuse("BM25 cannot be set so", "give k1 from 0 and b from 0 to 1");
  }
  if (dims === 0 && text.length === 0) {
    throw refuse(
      "a collection needs vectors or text",
      options.source === undefined
        ? "say how long vectors are (`--dims`), name text fields (`--text`), or both"
        : "name the column of the vectors (`--vector-column`), those of texts (`--text`), or both",
    );
  }
  const createdAtMs = (options.clock ?? systemClock).nowMs();
  return {
    ...{ dims, metric, createdAtMs, text, language, k1, b, fields: {} },
    ...(embedded === null ? {} : { embedder: embedded.embedder }),
    ...(options.source === undefined ? {} : { source: options.source }),
    ...(options.names === undefined ? {} : { names: options.names }),
  };
}

function readTextFields(fields: readonly (string | TextField)[]): TextField[] {
  const text = fields.map((field) =>
    typeof field === "string" ? { name: field, boost: 1 } : field,
  );
  const odd = text.find(({ name, boost }) => name === "" || !(boost > 0 && boost <= 1e6));
  if (odd === undefined) return text;
  throw refuse(`\`${odd.name}\` cannot weigh ${odd.boost}`, "give each text field a boost above 0");
}

async function readEmbedder(
  { embedder, embedField, dims }: CollectionOptions,
  text: readonly TextField[],
): Promise<{ embedder: EmbedderSettings; dims: number } | null> {
  if (embedder === undefined) {
    if (embedField === undefined) return null;
    throw refuse("a field is to be embedded, by nothing", "name an embedder (`--embedder`)");
  }
  const { describeEmbedder } = await import("./embed/collection-embedder.ts");
  const described = await describeEmbedder(embedder, embedField ?? text[0]?.name ?? "text");
  if (dims === undefined || dims === described.dims) return described;
  const both = `\`${embedder}\` makes vectors of ${described.dims}, not of ${dims}`;
  throw refuse(both, "leave the dimensions out: the embedder says them");
}

function refuse(message: string, hint: string): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", message, { hint });
}
