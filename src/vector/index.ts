/**
 * Collections of vectors and texts with metadata: exact vector search, BM25, both together, typed
 * filters, one crash-safe file each. `VectorStore` keeps them by name in a folder, `Collection` is
 * one of them.
 */
export { Collection } from "./collection.ts";
export type { CollectionOptions } from "./collection-options.ts";
export type { Embedder, EmbedderOptions, TextRole } from "./embed/embedder.ts";
export { isEmbedderName, openEmbedder } from "./embed/open-embedder.ts";
export { fieldValue } from "./fields.ts";
export type { IndexInfo, IndexOptions } from "./graph/collection-index.ts";
export {
  type ReadFileOptions,
  ROW_FORMATS,
  type RowFormat,
  readRowFile,
} from "./input/read-file.ts";
export type { Selection } from "./input/selection.ts";
export type { Fusion } from "./search/fuse.ts";
export { Hit } from "./search/hit.ts";
export {
  type ManyQueries,
  QUERY_TYPES,
  type QueryType,
  type VectorQuery,
} from "./search/run-query.ts";
export type { FollowOptions, SyncMode, SyncOptions, SyncResult } from "./sync/sync.ts";
export {
  type CollectionSettings,
  type EmbedderSettings,
  type FieldType,
  METRICS,
  type Metadata,
  type MetadataValue,
  type Metric,
  type SyncState,
  type TableSource,
  type TextField,
  type UpsertResult,
  type VectorRow,
} from "./types.ts";
export { type CollectionInfo, VectorStore } from "./vector-store.ts";
