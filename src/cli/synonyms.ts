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
  ...spread("vector query", "search knn"),
  ...spread("vector list", "collections indexes indices"),
  ...spread("vector import", "embed embeddings index"),
  ...spread("tokenize encode", "tiktoken"),
  ...spread("tokenize decode", "detokenize"),
  ...spread("tokenize train", "spm_train"),
  ...spread("mlflow server", "ui"),
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
  vector: {
    ...spread("vector query", "search find knn ann nearest neighbors similar lookup ask"),
    ...spread("vector delete", "rm drop remove del destroy"),
    ...spread("vector list", "ls dir collections indexes indices"),
    ...spread("vector show", "info describe desc get fetch stat stats status count peek cat"),
    ...spread("vector create", "new make init"),
    ...spread("vector upsert", "add insert put append update write"),
    ...spread("vector import", "load ingest embed index build"),
    ...spread("vector export", "dump save unload scan download"),
    ...spread("vector optimize", "compact vacuum reindex rebuild tune build-index train"),
    ...spread("vector rename", "mv move alter"),
    ...spread("vector sync", "refresh pull follow watch"),
    ...spread("vector bench", "benchmark perf measure"),
    ...spread("vector eval", "evaluate recall score"),
    ...spread("vector serve", "server start listen api"),
  },
  tokenize: {
    ...spread("tokenize encode", "tokenize tokens ids segment split"),
    ...spread("tokenize decode", "detokenize untokenize detok"),
    ...spread("tokenize count", "wc len length"),
    ...spread("tokenize inspect", "info show describe desc get vocab pieces view list ls dump"),
    ...spread("tokenize train", "fit learn create new build"),
    ...spread("tokenize convert", "export import save translate"),
    ...spread("tokenize corpus", "stats statistics fertility analyze analyse profile report"),
    ...spread("tokenize chat", "template prompt render apply-chat-template"),
  },
  mlflow: spread("mlflow server", "ui serve start"),
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

/** What other tools call our flags. */
const FLAG_WORDS: Readonly<Record<string, string>> = {
  "num-results": "limit top top-k topk k n-results max-results size",
  filter: "where",
  dims: "dim dimension dimensions ndim",
  metric: "distance space similarity distance-metric",
  m: "max-connections graph-degree",
  "ef-construction": "efc ef-construct",
  ef: "ef-search search-ef",
  text: "text-field text-fields fulltext",
  "id-column": "id-field key-column primary-key",
  "vector-column": "vector-field embedding-column embedding-field column",
  "primary-key": "id-column key-column",
  embedder: "embedding-model model encoder",
  type: "model model-type algorithm",
  "vocab-size": "vocabulary-size size",
  special: "special-token special-tokens",
  "min-frequency": "min-freq min-count",
  model: "tokenizer encoding vocab",
  overwrite: "force replace",
  yes: "force",
};

/** The flag of ours that other tools call so, among those a command has; null without one. */
export function findFlagSynonym(word: string, names: readonly string[]): string | null {
  const called = word.replace(/^--?/, "").replaceAll("_", "-").toLowerCase();
  if (names.includes(called)) return called;
  return names.find((name) => FLAG_WORDS[name]?.split(" ").includes(called)) ?? null;
}

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
  const takesWords =
    /^(lake (sql|show|head|import|export|history)|run (job|show)|(vector|tokenize) \w+)$/.test(
      command,
    );
  const words = takesWords ? rest.map((word) => (word.length <= LONGEST ? word : "…")) : [];
  return ["sovereign", command, ...words.map(translateFlag)].join(" ");
}

/** A flag of another tool as ours; other words as a shell takes them. */
function translateFlag(word: string): string {
  const found = word.startsWith("--") ? findFlagSynonym(word, Object.keys(FLAG_WORDS)) : null;
  if (found !== null) return `--${found}`;
  return word === "…" ? word : quoteShellWord(word);
}

function spread(command: string, words: string): Record<string, string> {
  return Object.fromEntries(words.split(" ").map((word) => [word, command]));
}
