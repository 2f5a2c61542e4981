/** The SQL lexer, for who reads statements without running them. */
export { tokenize } from "./lexer.ts";
export type { Token } from "./token.ts";
