/** Names over folders of Delta tables. Read `types.ts` first, then `store.ts`. */
export { alreadyExists, formatName, notEmpty, notFound, partsOf } from "./catalog-error.ts";
export { copyCatalog } from "./copied-catalog.ts";
export { listedTables } from "./listed-tables.ts";
export { folderName, schemaFolder } from "./locations.ts";
export { createMemoryCatalog } from "./memory-catalog.ts";
export { type Mount, mountCatalogs } from "./mounted-catalog.ts";
export { createStoreCatalog } from "./store.ts";
export { suggestTable } from "./suggest-table.ts";
export type * from "./types.ts";
