/** JSON text, object by object, with what is wrong with each; the engine reads the values. */
export { checkJsonRecord, type JsonKind, JsonText } from "./check-text.ts";
export { findElements, type JsonElement } from "./find-elements.ts";
export { type JsonLine, JsonLineScanner } from "./scan-lines.ts";
