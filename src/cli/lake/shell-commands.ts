/**
 * Lines of the SQL prompt that are no SQL: words people know from other prompts (psql, sqlite3,
 * mysql). They need no semicolon.
 */
import { SovereignError } from "../../core/errors.ts";
import { suggestName } from "../../core/suggest.ts";

export type ShellCommand =
  | { readonly kind: "help" | "quit" | "tables" }
  | { readonly kind: "describe"; readonly table: string }
  /** Null turns it to what it is not. */
  | { readonly kind: "timing"; readonly isOn: boolean | null };

export const SHELL_HELP = `End a statement with \`;\`. Tab completes names, the arrow keys recall statements.
  \\h, help        this text
  \\dt             the tables and views of this schema
  \\d <table>      the columns of a table
  \\timing         say or do not say how long a statement took
  \\q, exit, quit  leave; so does Ctrl-D
Ctrl-C drops the lines typed, or stops the statement that runs; twice at an empty prompt it leaves.
`;

const WORDS: Readonly<Record<string, ShellCommand["kind"]>> = {
  help: "help",
  "?": "help",
  "\\?": "help",
  "\\h": "help",
  "\\help": "help",
  ".help": "help",
  exit: "quit",
  quit: "quit",
  "\\q": "quit",
  "\\quit": "quit",
  "\\exit": "quit",
  ".exit": "quit",
  ".quit": "quit",
  ".q": "quit",
  "\\dt": "tables",
  ".tables": "tables",
  "\\d": "describe",
  ".schema": "describe",
  "\\timing": "timing",
  ".timing": "timing",
};

/** The command a line is; null for SQL. What starts like one and is none is an error. */
export function readShellCommand(line: string): ShellCommand | null {
  const text = line.trim().replace(/\s*;$/, "");
  const [word = "", ...rest] = text.split(/\s+/);
  const name = word.toLowerCase();
  const kind = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
  const isMarked = /^(\\|\.[a-z])/i.test(word);
  if (kind === undefined) {
    if (isMarked) throw unknownCommand(word);
    return null;
  }
  // Bare words are commands alone: `help me` would be SQL, and an error of its own.
  if (!isMarked && rest.length > 0) return null;
  switch (kind) {
    case "describe":
      return rest.length === 0 ? { kind: "tables" } : { kind, table: rest.join(" ") };
    case "timing":
      return { kind, isOn: rest.length === 0 ? null : rest[0]!.toLowerCase() !== "off" };
    default:
      return { kind };
  }
}

function unknownCommand(word: string): SovereignError {
  const near = suggestName(word, Object.keys(WORDS));
  return new SovereignError("INVALID_PARAMETER_VALUE", `unknown command \`${word}\``, {
    hint: near === null ? "`\\h` lists the commands" : `did you mean \`${near}\`?`,
  });
}
