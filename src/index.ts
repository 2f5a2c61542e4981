/** The public library of the package. */
export { type ErrorCode, listErrorCodes, SovereignError } from "./core/errors.ts";
export * from "./lake/index.ts";
