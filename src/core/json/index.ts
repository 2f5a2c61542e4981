/** Exact JSON: see `json-number.ts`. */
export * from "./json-number.ts";
export * from "./parse-json.ts";
export * from "./print-json.ts";
