/**
 * Several statements in one text. A semicolon separates them unless it stands in a string, a
 * comment or a BEGIN … END block of SQL scripting.
 */
import type { ParsedStatement, Statement } from "../ast.ts";
import { SqlError } from "../error.ts";
import { tokenize } from "../lex/lexer.ts";
import type { Token } from "../lex/token.ts";

/** A statement's text and where it starts in the script. */
export interface ScriptPart {
  text: string;
  offset: number;
}

/** Cuts a script into its statements; empty ones are dropped. */
export function splitScript(script: string): ScriptPart[] {
  const tokens = tokenize(script);
  const parts: ScriptPart[] = [];
  let first = 0;
  while (tokens[first]!.kind !== "end") {
    const end = endOfStatement(tokens, first);
    if (end > first) {
      const offset = tokens[first]!.start;
      parts.push({ text: script.slice(offset, tokens[end - 1]!.end), offset });
    }
    first = tokens[end]!.kind === "end" ? end : end + 1;
  }
  return parts;
}

/** Index of the `;` or end token that closes the statement starting at `first`. */
function endOfStatement(tokens: readonly Token[], first: number): number {
  const labelled = tokens[first + 1]?.word === ":" ? 2 : 0;
  const isBlock = tokens[first + labelled]?.word === "BEGIN";
  let i = first;
  if (isBlock) i = endOfBlock(tokens, first + labelled);
  while (tokens[i]!.kind !== "end" && !isSemicolon(tokens[i]!)) i++;
  return i;
}

function isSemicolon(token: Token): boolean {
  return token.kind === "symbol" && token.word === ";";
}

const OPENERS = new Set(["BEGIN", "CASE"]);
const STATEMENT_OPENERS = new Set(["IF", "LOOP", "WHILE", "REPEAT", "FOR"]);
const STATEMENT_STARTS = new Set([";", "THEN", "ELSE", "BEGIN", "DO", "LOOP", "REPEAT", ":"]);

/** Index behind the END that closes the BEGIN at `start`. */
function endOfBlock(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let i = start; i < tokens.length; i++) {
    const { kind, word } = tokens[i]!;
    if (kind !== "word") continue;
    const opensStatement = STATEMENT_OPENERS.has(word) && isStatementStart(tokens, i);
    if (word === "END") {
      depth--;
      if (STATEMENT_OPENERS.has(tokens[i + 1]!.word) || tokens[i + 1]!.word === "CASE") i++;
      if (depth === 0) return i + 1;
    } else if (OPENERS.has(word) || opensStatement) {
      depth++;
    }
  }
  return tokens.length - 1;
}

function isStatementStart(tokens: readonly Token[], index: number): boolean {
  return index > 0 && STATEMENT_STARTS.has(tokens[index - 1]!.word);
}

/** Parses every statement of a script; an error's span counts from the start of the script. */
export function parseAll(script: string, parse: (text: string) => Statement): ParsedStatement[] {
  return splitScript(script).map(({ text, offset }) => {
    try {
      return { statement: parse(text), text, offset };
    } catch (error) {
      throw error instanceof SqlError ? shiftError(error, offset) : error;
    }
  });
}

function shiftError(error: SqlError, offset: number): SqlError {
  if (!error.span || offset === 0) return error;
  return new SqlError(error.message, {
    code: error.code,
    errorClass: String(error.details.error_class),
    sqlState: String(error.details.sql_state),
    span: { start: error.span.start + offset, end: error.span.end + offset },
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  });
}
