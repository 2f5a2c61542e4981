/** What a collection is made of and what a program hands over; read by every file here. */

/** How two vectors are compared; a greater score is nearer. See `search/score.ts`. */
export type Metric = "cosine" | "dot" | "l2";
export const METRICS: readonly Metric[] = ["cosine", "dot", "l2"];

/** A metadata value. `json` fields hold anything else JSON can say; they cannot be filtered on. */
export type MetadataValue =
  | null
  | string
  | number
  | bigint
  | boolean
  | readonly MetadataValue[]
  | { readonly [name: string]: MetadataValue };
export type Metadata = Readonly<Record<string, MetadataValue>>;

/** The type a metadata field takes with its first value that is not null. */
export type FieldType = "string" | "number" | "boolean" | "string[]" | "number[]" | "json";

/** One row: what `upsert` takes and `get` gives. */
export interface VectorRow {
  readonly id: string;
  /** `dims` finite numbers; left out in collections of text alone (`dims` 0). */
  readonly vector?: ArrayLike<number>;
  readonly metadata?: Metadata;
}

/** A metadata field that full-text search reads, and how much its words weigh. */
export interface TextField {
  readonly name: string;
  readonly boost: number;
}

/** A Delta table that a collection follows; `sync/sync.ts` does. */
export interface TableSource {
  /** As SQL text names it: `main.default.pages`. */
  readonly table: string;
  /** The column whose values become ids. */
  readonly keyColumn: string;
  /** The column of the vectors; without it the collection has none. */
  readonly vectorColumn?: string;
  /** Columns that become metadata; every one but the vector without it. */
  readonly columns?: readonly string[];
  /** Whether it follows the table when it is told to, or by itself while something serves it. */
  readonly pipeline: "triggered" | "continuous";
}

/** How far a collection has come with its table. */
export interface SyncState {
  /** Of the table: another one of its name is another table. */
  readonly tableId: string;
  readonly version: number;
  /** Columns that were read, with their types. */
  readonly columns: Readonly<Record<string, string>>;
  readonly syncedAtMs: number;
}

/** What the REST API of Vector Search was told of a collection that it made; see `server/`. */
export interface IndexNames {
  readonly endpoint: string;
  readonly keyColumn: string;
  readonly vectorColumn: string;
  /** Types by column, as the API names them: `{"id": "integer"}`; none for a table's index. */
  readonly schema: Readonly<Record<string, string>>;
}

/** What makes the vectors of a collection from a text of each row; `embed/` does. */
export interface EmbedderSettings {
  /** `lab-hash`, `tfidf`, `lsa`, or the name of a model's folder. */
  readonly name: string;
  /** What opens it: a name with dimensions, or the absolute path of a model. */
  readonly spec: string;
  /** Tells that it is still the same one. */
  readonly digest: string;
  /** The metadata field of the text. */
  readonly field: string;
}

/** What a collection is, from its making on; only `fields` and `synced` change. */
export interface CollectionSettings {
  readonly dims: number;
  readonly metric: Metric;
  readonly createdAtMs: number;
  /** Fields of full-text search; none: no such search. */
  readonly text: readonly TextField[];
  /** Language of stemmer and stop words, or `none`. */
  readonly language: string;
  readonly k1: number;
  readonly b: number;
  /** Types of the metadata fields seen so far. */
  readonly fields: Readonly<Record<string, FieldType>>;
  readonly embedder?: EmbedderSettings;
  readonly source?: TableSource;
  readonly names?: IndexNames;
  readonly synced?: SyncState;
}

/** The result of an `upsert`. */
export interface UpsertResult {
  readonly inserted: number;
  readonly replaced: number;
  /** Rows that were there as they are; only with `skipSame`. */
  readonly unchanged: number;
}
