/** What a new collection is, from a program's options. */
import { type Clock, systemClock } from "../core/clock.ts";
import { SovereignError } from "../core/errors.ts";
import { MAX_DIMS } from "./store/section-file.ts";
import {
  type CollectionSettings,
  type IndexNames,
  METRICS,
  type Metric,
  type TableSource,
  type TextField,
} from "./types.ts";

/** What a new collection is; all of it has defaults but `dims`. */
export interface CollectionOptions {
  /** Numbers in a vector; 0 for a collection of text alone. */
  readonly dims: number;
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

/** Settings with their defaults; INVALID_PARAMETER_VALUE for what cannot be. */
export function readOptions(options: CollectionOptions): CollectionSettings {
  const { dims, metric = "cosine", language = "english", k1 = 1.2, b = 0.75 } = options;
  if (!Number.isInteger(dims) || dims < 0 || dims > MAX_DIMS) {
    throw refuse(`vectors cannot have ${dims} dimensions`, `give a number up to ${MAX_DIMS}`);
  }
  if (!METRICS.includes(metric)) {
    throw refuse(`there is no metric \`${metric}\``, `one of ${METRICS.join(", ")}`);
  }
  if (!(k1 >= 0 && k1 <= 100) || !(b >= 0 && b <= 1)) {
    throw refuse("BM25 cannot be set so", "give k1 from 0 and b from 0 to 1");
  }
  const text = (options.text ?? []).map((field) =>
    typeof field === "string" ? { name: field, boost: 1 } : field,
  );
  const odd = text.find(({ name, boost }) => name === "" || !(boost > 0 && boost <= 1e6));
  if (odd !== undefined) {
    throw refuse(
      `\`${odd.name}\` cannot weigh ${odd.boost}`,
      "give each text field a boost above 0",
    );
  }
  if (dims === 0 && text.length === 0) {
    throw refuse(
      "a collection needs vectors or text",
      "say how long vectors are (`--dims`), name text fields (`--text`), or both",
    );
  }
  const createdAtMs = (options.clock ?? systemClock).nowMs();
  return {
    ...{ dims, metric, createdAtMs, text, language, k1, b, fields: {} },
    ...(options.source === undefined ? {} : { source: options.source }),
    ...(options.names === undefined ? {} : { names: options.names }),
  };
}

function refuse(message: string, hint: string): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", message, { hint });
}
