/** Opens a tokenizer's file, whatever its kind: the content says which it is. */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { requirePath } from "../../core/arguments.ts";
import { SovereignError } from "../../core/errors.ts";
import { openGguf } from "../../formats/gguf/open-gguf.ts";
import type { CutDocument } from "../../formats/json/cut-values.ts";
import { requireRankOptions } from "../check-arguments.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { type JsonObject, malformed, readJson } from "./fields.ts";
import { loadGguf } from "./gguf.ts";
import { loadSentencePiece } from "./sentence-piece.ts";
import { isTekken, loadTekken } from "./tekken.ts";
import { loadTiktoken, type TiktokenOptions } from "./tiktoken.ts";
import { LARGE_VALUES, loadTokenizerDocument } from "./tokenizer-json.ts";
import { isWordLab, loadWordLab } from "./word-lab.ts";

export type TokenizerKind =
  | "tokenizer.json"
  | "tiktoken"
  | "sentencepiece"
  | "gguf"
  | "tekken"
  | "lab";

export interface OpenedTokenizer {
  readonly tokenizer: Tokenizer;
  readonly kind: TokenizerKind;
  /** The file itself, where a folder was named. */
  readonly path: string;
}

const MAX_BYTES = 500_000_000;

/** The tokenizer of a file, or of the `tokenizer.json` in a folder; options are for rank files. */
export function openTokenizer(path: string, options: TiktokenOptions = {}): OpenedTokenizer {
  requirePath(path, "the tokenizer's file");
  requireRankOptions(options, "the options");
  const file = findFile(path);
  return namingFile(path, () => openFile(file, options));
}

/** What is wrong with a file is said with its name. */
function namingFile<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (cause) {
    const isOfFile =
      cause instanceof SovereignError &&
      (cause.code === "DATA_LOSS" || cause.code === "NOT_IMPLEMENTED");
    if (!isOfFile || cause.message.includes(path)) throw cause;
    const { code, message, hint, details } = cause;
    throw new SovereignError(code, `\`${path}\`: ${message}`, {
      cause,
      ...(hint === undefined ? {} : { hint }),
      ...(details === undefined ? {} : { details }),
    });
  }
}

function openFile(file: string, options: TiktokenOptions): OpenedTokenizer {
  const bytes = readStart(file);
  if (bytes.subarray(0, 4).toString("latin1") === "GGUF") {
    return { tokenizer: loadGguf(openGguf(file)), kind: "gguf", path: file };
  }
  const { size } = statSync(file);
  if (size > MAX_BYTES) throw malformed(`\`${file}\` has ${size} bytes, more than any tokenizer`);
  const whole = readFileSync(file);
  const first = /\S/.exec(bytes.toString("latin1"))?.[0];
  if (first === "{") return { ...loadJson(whole, file), path: file };
  if (/^[A-Za-z0-9+/]+={0,2} \d+\r?\n/.test(bytes.toString("latin1"))) {
    return {
      tokenizer: loadTiktoken(whole, options),
      kind: "tiktoken",
      path: file,
    };
  }
  return { tokenizer: loadLast(whole, file), kind: "sentencepiece", path: file };
}

/** What is nothing else may be of SentencePiece, whose files begin with no mark. */
function loadLast(bytes: Buffer, path: string): Tokenizer {
  try {
    return loadSentencePiece(bytes);
  } catch (cause) {
    if (!(cause instanceof SovereignError) || cause.code !== "DATA_LOSS") throw cause;
    throw new SovereignError(
      "DATA_LOSS",
      `\`${path}\` is no tokenizer of a known kind; read as one of SentencePiece: ${cause.message}`,
      { hint: "a `tokenizer.json`, rank file, `.model` or `.gguf` is wanted", cause },
    );
  }
}

function findFile(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  const file = stat?.isDirectory() ? join(path, "tokenizer.json") : path;
  const found = stat?.isDirectory() ? existsSync(file) : stat?.isFile();
  if (found) return file;
  throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no tokenizer \`${path}\``, {
    hint: "nothing is downloaded: name a `tokenizer.json`, a `.tiktoken`, SentencePiece `.model` or `.gguf` file, or a folder with a `tokenizer.json`",
  });
}

/** Enough to tell the kind: a file of a model may be too large to read whole. */
function readStart(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(4096);
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
}

function loadJson(bytes: Buffer, path: string): { tokenizer: Tokenizer; kind: TokenizerKind } {
  const read = (document: CutDocument): { tokenizer: Tokenizer; kind: TokenizerKind } => {
    if (isTekken(document)) return { tokenizer: loadTekken(document), kind: "tekken" };
    if (isWordLab(document)) return { tokenizer: loadWordLab(document), kind: "lab" };
    const tokenizer = loadTokenizerDocument(document, readConfig(dirname(path)));
    return { tokenizer, kind: "tokenizer.json" };
  };
  return readJson(path, bytes, { cuts: LARGE_VALUES, read });
}

/** `tokenizer_config.json` and `chat_template.jinja` beside the file, where they can be read. */
function readConfig(folder: string): JsonObject {
  const configPath = join(folder, "tokenizer_config.json");
  const templatePath = join(folder, "chat_template.jinja");
  let config: JsonObject = {};
  if (existsSync(configPath)) {
    const value = readJson(configPath, readFileSync(configPath), {
      cuts: { added_tokens_decoder: true },
      read: ({ rest }) => rest,
    });
    if (typeof value === "object" && value !== null) config = value as JsonObject;
  }
  if (!existsSync(templatePath)) return config;
  return { ...config, chat_template: readFileSync(templatePath, "utf8") };
}
