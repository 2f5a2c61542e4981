/**
 * From text to clauses: cuts a filter string into statements (there may be one), groups its tokens
 * and finds the clauses `left comparator right`, as MLflow does on top of sqlparse. What a clause
 * means is the business of each grammar (`runs.ts` and its neighbours).
 */
import { invalidParameter, type MlflowError } from "../wire/error.ts";
import { pythonRepr } from "../wire/python-text.ts";
import { groupTokens, TooComplex } from "./groups.ts";
import { type Token, tokenize } from "./lexer.ts";
import { isKeyword, isSpace, type Node } from "./nodes.ts";

/** The parts of one clause; `right` is null for `IS NULL` and `IS NOT NULL`. */
export interface ClauseParts {
  readonly left: Node;
  /** As written, or one of `NOT IN`, `IS NULL`, `IS NOT NULL`. */
  readonly comparator: string;
  readonly right: Node | null;
}

// MLflow's own queries fail in SQLite at 64 tags or metrics; ours grow slow by thousands.
const MAX_CLAUSES = 500;

/** How a grammar reads statements. */
export interface Style {
  /** Clauses that nobody understands are listed in quotes. */
  readonly quotesRefused: boolean;
  /** `timestamp > 1` is a clause although `timestamp` is the name of a type. */
  readonly timestamps?: boolean;
  /** IN, IS NULL and AND are refused. */
  readonly plain?: boolean;
  /** False when the grammar has its own words for malformed clauses. */
  readonly checksParts?: boolean;
}

/**
 * The top-level nodes of the one statement in `source`, white space included; null when there is
 * none, or more than one. Throws `TooComplex`.
 */
export function parseStatement(source: string): Node[] | null {
  const statements = splitStatements(tokenize(source));
  const grouped = statements.map(groupTokens);
  return grouped.length === 1 ? grouped[0]! : null;
}

/** The clauses of a filter string, each read by `read`; none for no filter. Errors: 400. */
export function readClauses<T>(
  filter: string | null | undefined,
  style: Style,
  read: (parts: ClauseParts) => T,
): T[] {
  if (!filter) return [];
  const parsed = parseFilter(filter);
  const nodes = style.plain
    ? parsed.filter((node) => !isSpace(node))
    : joinListClauses(parsed, style);
  const refused = nodes.filter(
    (node) => node.kind !== "clause" && (style.plain || !isKeyword(node, "AND")),
  );
  if (refused.length > 0) {
    const listed = refused.map(({ text }) => (style.quotesRefused ? `'${text}'` : text));
    throw invalidParameter(`Invalid clause(s) in filter string: ${listed.join(", ")}`);
  }
  const clauses = nodes.filter((node) => node.kind === "clause");
  checkCount(clauses.length);
  return clauses.map((clause) => read(splitClause(clause, style)));
}

/** `readClauses` for logged models, which refuse one clause after the other in their own words. */
export function readLooseClauses<T>(
  filter: string | null | undefined,
  read: (parts: ClauseParts) => T,
): T[] {
  if (!filter) return [];
  const source = `Invalid filter string: ${pythonRepr(filter)}.`;
  const nodes = parseLoose(filter, source);
  const clauses = nodes.filter((node) => node.text.trim().toUpperCase() !== "AND");
  checkCount(clauses.length);
  return clauses.map((node) => {
    if (node.kind !== "clause") {
      throw invalidParameter(
        `${source} Expected a list of comparisons separated by 'AND' ` +
          "(e.g. 'metrics.loss > 0.1 AND params.lr = 0.01').",
      );
    }
    const [left, middle, right, ...more] = node.parts.filter((part) => !isSpace(part));
    if (right === undefined || more.length > 0) {
      throw invalidParameter(
        `Invalid comparison: ${node.text}. Expected a comparison with 3 tokens.`,
      );
    }
    return read({ left: left!, comparator: middle!.text, right });
  });
}

function checkCount(clauses: number): void {
  if (clauses <= MAX_CLAUSES) return;
  throw invalidParameter(`A filter may have at most ${MAX_CLAUSES} clauses, got ${clauses}.`);
}

function parseLoose(filter: string, source: string): Node[] {
  try {
    const nodes = parseStatement(filter);
    if (nodes !== null) return joinListClauses(nodes, { quotesRefused: false });
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    throw invalidParameter(`${source} It is too long or too deeply nested.`);
  }
  throw invalidParameter(`${source} Expected a single SQL expression.`);
}

function parseFilter(filter: string): Node[] {
  try {
    const statements = splitStatements(tokenize(filter)).map(groupTokens);
    if (statements.length === 1) return statements[0]!;
    if (statements.length === 0) {
      throw invalidParameter(`Invalid filter '${filter}'. Could not be parsed.`);
    }
    throw invalidParameter(
      `Search filter contained multiple expression ${pythonRepr(filter)}. ` +
        "Provide AND-ed expression list.",
    );
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    throw invalidParameter(`Error on parsing filter '${filter}'`);
  }
}

/** Statements end at `;` outside parentheses and at `GO`; blank ones do not count. */
function splitStatements(tokens: readonly Token[]): Token[][] {
  const statements: Token[][] = [];
  let current: Token[] = [];
  let level = 0;
  let ended = false;
  for (const token of tokens) {
    if (ended && token.kind !== "space" && !isLineComment(token)) {
      statements.push(current);
      current = [];
      level = 0;
      ended = false;
    }
    level += levelChange(token);
    current.push(token);
    if (token.kind === "keyword" && token.text === "GO") ended = true;
    if (token.kind === "punct" && token.text === ";" && level <= 0) ended = true;
  }
  if (current.some(({ kind }) => kind !== "space" && kind !== "newline")) statements.push(current);
  return statements;
}

function isLineComment(token: Token): boolean {
  return token.kind === "comment" && !token.text.startsWith("/*");
}

function levelChange({ kind, text }: Token): number {
  if (kind === "punct") return text === "(" ? 1 : text === ")" ? -1 : 0;
  if (kind !== "keyword") return 0;
  const word = text.toUpperCase();
  return word === "BEGIN" ? 1 : word === "END" ? -1 : 0;
}

/**
 * Joins `x IN (...)`, `x NOT IN (...)`, `x IS NULL` and `x IS NOT NULL`. After an identifier that
 * begins none of them the next three nodes are passed over unseen, as MLflow passes over them.
 */
function joinListClauses(nodes: readonly Node[], style: Style): Node[] {
  const solid = nodes.filter((node) => !isSpace(node));
  const out: Node[] = [];
  let index = 0;
  while (solid.length - index >= 3) {
    const [first, second, third, fourth] = solid.slice(index, index + 4);
    if (style.timestamps && first!.kind === "builtin" && first!.text === "timestamp") {
      if (isNumericComparison(second!) && third!.kind === "integer") {
        out.push(clause(first!, second!.text, third!));
        index += 3;
        continue;
      }
      // NOTE: MLflow lists the word a second time behind what it could not compare with.
      out.push(first!, second!, third!, first!);
      index += 3;
    } else if (first!.kind !== "identifier") {
      out.push(first!);
      index += 1;
    } else {
      const joined = joinFour(first!, second!, third!, fourth);
      out.push(...(joined?.nodes ?? solid.slice(index, index + 4)));
      index += joined?.count ?? 4;
    }
  }
  return out.concat(solid.slice(index));
}

function joinFour(first: Node, second: Node, third: Node, fourth: Node | undefined) {
  if (isKeyword(second, "IN") && third.kind === "parenthesis") {
    return { nodes: [clause(first, second.text, third)], count: 3 };
  }
  if (isKeyword(second, "IS") && isKeyword(third, "NULL")) {
    return { nodes: [clause(first, "IS NULL")], count: 3 };
  }
  if (isKeyword(second, "IS") && isKeyword(third, "NOT NULL")) {
    return { nodes: [clause(first, "IS NOT NULL")], count: 3 };
  }
  if (isKeyword(second, "NOT") && isKeyword(third, "IN") && fourth?.kind === "parenthesis") {
    return { nodes: [clause(first, "NOT IN", fourth)], count: 4 };
  }
  return null;
}

function clause(left: Node, comparator: string, right?: Node): Node {
  const middle: Node = { kind: "keyword", text: comparator, parts: [], depth: 0 };
  const parts = right === undefined ? [left, middle] : [left, middle, right];
  return { kind: "clause", text: parts.map((part) => part.text).join(""), parts, depth: 0 };
}

function isNumericComparison(node: Node): boolean {
  return node.kind === "comparison" && [">", ">=", "!=", "=", "<", "<="].includes(node.text);
}

function splitClause(clause: Node, style: Style): ClauseParts {
  const parts = clause.parts.filter((part) => !isSpace(part));
  const [left, middle, right] = parts;
  if (style.checksParts === false) {
    if (parts.length === 2 || parts.length === 3) {
      return { left: left!, comparator: middle!.text, right: right ?? null };
    }
    throw invalidParameter(`Invalid comparison: expected 3 tokens, got ${parts.length}`);
  }
  const isNullTest = parts.length === 2 && /^IS (NOT )?NULL$/i.test(middle!.text);
  if (!isNullTest && parts.length !== 3) {
    throw refusal(`. Expected 3 tokens found ${parts.length}`);
  }
  const isTimestamp = style.timestamps && left!.kind === "builtin" && left!.text === "timestamp";
  if (left!.kind !== "identifier" && !isTimestamp) {
    throw refusal(`. Expected 'Identifier' found '${left!.text}'`);
  }
  return { left: left!, comparator: middle!.text, right: right ?? null };
}

function refusal(detail: string): MlflowError {
  return invalidParameter(`Invalid comparison clause${detail}`);
}
