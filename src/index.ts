/** The public library of the package. */
export { type ErrorCode, listErrorCodes, SovereignError } from "./core/errors.ts";
export { openStore, type Store, type StoreOptions } from "./core/store/index.ts";
export * from "./lake/index.ts";
