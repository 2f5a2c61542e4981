/**
 * Runs a Jinja template by `@huggingface/jinja` within bounds: a template is foreign bytes, and may
 * neither run for ever nor fill the memory. Ranges are as long as Jinja's sandbox lets them be.
 */
import * as jinja from "@huggingface/jinja";

/** The package's declarations name their files in a way that `nodenext` does not find. */
interface Jinja {
  readonly Environment: new () => Environment;
  readonly Interpreter: new (environment: Environment) => Interpreter;
  readonly tokenize: (source: string, options: object) => unknown;
  readonly parse: (tokens: unknown) => ParsedTemplate;
}

interface Environment {
  set(name: string, value: unknown): Value;
  lookupVariable(name: string): Value;
}

interface Interpreter {
  run(program: ParsedTemplate): Value;
  evaluate(statement: Statement | undefined, environment: Environment): Value;
}

interface Value {
  readonly value: unknown;
  toString(): string;
}

interface Statement {
  readonly type: string;
}

interface Loop extends Statement {
  readonly iterable: Statement & { readonly lhs?: Statement };
}

const { Environment, Interpreter, parse, tokenize } = jinja as unknown as Jinja;

/** As `MAX_RANGE` of Jinja's `sandbox.py`. */
const MAX_RANGE = 100_000;
const MAX_STEPS = 2_000_000;
/** Units of all texts that a template makes on its way; an entry of a list counts as many. */
const MAX_MADE = 1 << 28;
const ENTRY_UNITS = 64;
/** Entries of a list with those of the lists in it. */
const MAX_WEIGHT = 4_000_000;
/** Rounds of the loops that run inside one another. */
const MAX_ROUNDS = 1_000_000;
/** What only reads what is there makes nothing. */
const READING = new Set(["Identifier", "MemberExpression", "StringLiteral", "Comment"]);
/** What makes lists and objects of others. */
const MAKING = new Set(["ArrayLiteral", "TupleLiteral", "ObjectLiteral", "BinaryExpression"]);

/** What a template asks for is more than any prompt takes. */
export class TemplateLimit extends Error {}

/** A template that was read. */
export type ParsedTemplate = Statement;

/** Reads a template; anything it throws is about the syntax. */
export function parseTemplate(source: string): ParsedTemplate {
  try {
    return parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
  } catch (cause) {
    // The parser reads on behind the last token.
    if (!(cause instanceof TypeError)) throw cause;
    throw new SyntaxError("it ends inside a block or an expression", { cause });
  }
}

/** The text a template makes of these names. */
export function runTemplate(
  program: ParsedTemplate,
  names: Readonly<Record<string, unknown>>,
): string {
  const environment = new Environment();
  const globals = { ...GLOBALS, ...names };
  for (const [name, value] of Object.entries(globals)) {
    guardContainers(environment.set(name, value));
  }
  refuseToPrint(environment.lookupVariable("messages"));
  return String(new BoundedInterpreter(environment).run(program).value);
}

const GLOBALS = {
  true: true,
  false: false,
  none: null,
  True: true,
  False: false,
  None: null,
  range: makeRange,
  raise_exception(message: string): never {
    throw new Error(message);
  },
  strftime_now: (format: string) =>
    new jinja.Template("{{ strftime_now(format) }}").render({ format: String(format) }),
};

function makeRange(...args: readonly unknown[]): number[] {
  const [first, second, step = 1] = args.filter((arg) => typeof arg === "number");
  if (first === undefined) throw new Error("range() wants whole numbers");
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  if (step === 0) throw new Error("range() step must not be zero");
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (count > MAX_RANGE) {
    throw new TemplateLimit(`a range of ${count} numbers, of ${MAX_RANGE} at most`);
  }
  return Array.from({ length: count }, (_, i) => start + i * step);
}

class BoundedInterpreter extends Interpreter {
  #steps = 0;
  #made = 0;
  #rounds = 0;
  /** How much text the lists would be that hold others, which may be the same many times over. */
  readonly #weights = new WeakMap<object, number>();
  /** What the innermost loop goes over, until it is known. */
  #iterable: Statement | undefined;

  override evaluate(statement: Statement | undefined, environment: Environment): Value {
    if (++this.#steps > MAX_STEPS) throw new TemplateLimit("more steps than any prompt takes");
    if (statement?.type === "For") return this.#evaluateLoop(statement as Loop, environment);
    const isIterable = statement !== undefined && statement === this.#iterable;
    if (isIterable) this.#iterable = undefined;
    const result = super.evaluate(statement, environment);
    if (typeof result.value === "object" && result.value !== null) guard(result.value);
    if (isIterable) this.#enterLoop(sizeOf(result));
    else if (!READING.has(statement?.type ?? "Comment")) this.#made += unitsOf(result);
    if (MAKING.has(statement?.type ?? "Comment")) this.#weigh(result);
    if (this.#made > MAX_MADE) throw new TemplateLimit("more text than any prompt has");
    return result;
  }

  #weigh({ value }: Value): void {
    if (!Array.isArray(value) && !(value instanceof Map)) return;
    let weight = 1;
    for (const entry of (value as Value[] | Map<string, Value>).values()) {
      const inner = entry.value;
      weight += typeof inner === "object" && inner !== null ? (this.#weights.get(inner) ?? 1) : 1;
    }
    if (weight > MAX_WEIGHT) throw new TemplateLimit("lists in lists without end");
    this.#weights.set(value, weight);
  }

  /** Every round has its scope before the first begins. */
  #enterLoop(rounds: number): void {
    this.#rounds += rounds;
    this.#steps += rounds;
    if (this.#rounds > MAX_ROUNDS) throw new TemplateLimit("a loop of too many rounds");
  }

  #evaluateLoop(statement: Loop, environment: Environment): Value {
    const rounds = this.#rounds;
    const { iterable } = statement;
    this.#iterable = iterable.type === "SelectExpression" ? iterable.lhs : iterable;
    const result = super.evaluate(statement, environment);
    this.#rounds = rounds;
    this.#made += unitsOf(result);
    return result;
  }
}

function sizeOf({ value }: Value): number {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  return value instanceof Map ? value.size : 0;
}

function unitsOf(result: Value): number {
  return sizeOf(result) * (typeof result.value === "string" ? 1 : ENTRY_UNITS);
}

/** The library joins lists to text as JavaScript does; Jinja does not, or writes Python. */
function guard(container: object): void {
  if (Array.isArray(container) || container instanceof Map) container.toString = refuseToJoin;
}

function guardContainers(value: Value): void {
  const inner = value.value;
  if (typeof inner !== "object" || inner === null) return;
  guard(inner);
  for (const entry of (inner as Value[] | Map<string, Value>).values()) guardContainers(entry);
}

function refuseToJoin(): never {
  throw new Error("it takes a text where there is a list or an object");
}

/** Contents of messages that are lists are for templates that go through them. */
function refuseToPrint(messages: Value): void {
  if (!Array.isArray(messages.value)) return;
  for (const message of messages.value as Value[]) {
    const content = message.value instanceof Map ? message.value.get("content") : undefined;
    if (Array.isArray(content?.value)) content.toString = refuseToJoin;
  }
}
