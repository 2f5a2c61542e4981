/**
 * Words of other tools (git, psql, spark-sql, the Databricks CLI) and what they are called here:
 * for the hint of an unknown command, never run in its place.
 */
import { quoteShellWord } from "./shell-words.ts";

/** First words; `a b` is looked up before `a`. */
const COMMANDS: Readonly<Record<string, string>> = {
  ...spread("lake sql", "query select exec execute spark-sql sqlite psql duckdb"),
  ...spread("lake shell", "repl console prompt cli interactive"),
  ...spread("lake list", "ls tables databases schemas catalogs"),
  ...spread("lake show", "describe desc info table"),
  ...spread("lake head", "cat preview peek"),
  ...spread("lake import", "load ingest"),
  ...spread("lake export", "dump save unload"),
  ...spread("lake history", "log versions"),
  ...spread("lake fs ls", "dbfs files"),
  ...spread("run job", "job execute-job"),
  "bundle run": "run job",
  "bundle validate": "run validate",
  "bundle init": "init",
  bundle: "run",
  ...spread("run list", "jobs runs"),
  ...spread("init --demo", "demo example examples quickstart"),
  ...spread("init", "new create setup"),
  ...spread("config show", "conf settings options get set"),
  ...spread("doctor", "troubleshoot check diagnose status"),
  ...spread("help", "man manual docs usage"),
  ...spread("help environment", "env environment"),
  ...spread("help delta", "delta"),
  version: "--version",
};

/** Verbs by group. */
const VERBS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  lake: {
    ...spread("lake sql", "query select exec execute run"),
    ...spread("lake shell", "repl console prompt cli"),
    ...spread("lake list", "ls tables dir databases schemas catalogs views"),
    ...spread("lake show", "describe desc info get stat table"),
    ...spread("lake head", "cat preview peek sample tail"),
    ...spread("lake schema", "columns ddl fields"),
    ...spread("lake profile", "stats summary summarize summarise analyze"),
    ...spread("lake import", "load ingest copy insert read"),
    ...spread("lake export", "dump save unload write"),
    ...spread("lake history", "log versions commits"),
    ...spread("lake diff", "compare"),
    ...spread("lake optimize", "compact zorder reorg purge"),
    ...spread("lake fs ls", "files"),
    ...spread("lake conf get", "set settings config"),
    create: 'lake sql "CREATE TABLE …"',
    ...spread('lake sql "DROP TABLE …"', "drop delete remove rm"),
    alter: 'lake sql "ALTER TABLE …"',
    truncate: 'lake sql "TRUNCATE TABLE …"',
    update: 'lake sql "UPDATE … SET …"',
    merge: 'lake sql "MERGE INTO …"',
    use: 'lake sql "USE …; SELECT …"',
  },
  run: {
    ...spread("run job", "start execute exec"),
    ...spread("run show", "status info get describe"),
    ...spread("run list", "history log logs ls runs"),
    ...spread("run validate", "check lint"),
  },
  config: {
    ...spread("config show", "get list ls print cat"),
    ...spread("config path", "where file files which edit set"),
  },
};

/** The command line here for one of another tool, its further words kept; null when unknown. */
export function findSynonym(
  group: string,
  verb: string | undefined,
  rest: readonly string[],
): string | null {
  const pair = verb === undefined ? undefined : lookUp(COMMANDS, `${group} ${verb}`);
  if (pair !== undefined) return completeLine(pair, rest);
  const single = lookUp(COMMANDS, group);
  if (single === undefined) return null;
  return completeLine(single, verb === undefined ? rest : [verb, ...rest]);
}

/** The same behind a group that is known. */
export function findVerbSynonym(
  group: string,
  verb: string,
  rest: readonly string[],
): string | null {
  const found = lookUp(VERBS[group] ?? {}, verb);
  return found === undefined ? null : completeLine(found, rest);
}

/** Every command line a hint may name, for the test that they exist. */
export function listSynonymTargets(): string[] {
  return [COMMANDS, ...Object.values(VERBS)].flatMap((table) => Object.values(table));
}

function lookUp(table: Readonly<Record<string, string>>, word: string): string | undefined {
  const key = word.toLowerCase();
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Longer words than this say nothing in a hint. */
const LONGEST = 60;

/** `sovereign lake show orders`; words that only the other tool would take are left out. */
export function completeLine(command: string, rest: readonly string[]): string {
  const takesWords = /^(lake (sql|show|head|import|export|history)|run (job|show))$/.test(command);
  const words = takesWords ? rest.filter((word) => word.length <= LONGEST) : [];
  return ["sovereign", command, ...words.map(quoteShellWord)].join(" ");
}

function spread(command: string, words: string): Record<string, string> {
  return Object.fromEntries(words.split(" ").map((word) => [word, command]));
}
