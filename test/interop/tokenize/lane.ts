/** What the suites of this folder set up alike: the peers, and a corpus that both sides read. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { buildCorpus, packTexts, readTexts } from "./corpus.ts";
import { sitePackages, vocabularyWords } from "./families.ts";
import { startPeer, type TokenizerPeer } from "./peer.ts";

const MODULES = resolve(import.meta.dirname, "../../../node_modules");

export interface LaneOptions {
  /** Packages of npm and folders of Python's whose text is read. */
  readonly npm: readonly string[];
  readonly python?: readonly string[];
  /** Bytes, about. */
  readonly size: number;
  readonly seed: number;
}

export interface Lane {
  /** Of this run, for files. */
  readonly folder: string;
  readonly peer: TokenizerPeer;
  readonly texts: readonly string[];
  /** The file of the same texts that the peers read. */
  readonly textsPath: string;
}

/** The folders whose text is read. */
export function textFolders({ npm, python = [] }: Pick<LaneOptions, "npm" | "python">): string[] {
  return [
    ...npm.map((name) => join(MODULES, name)),
    ...python.map((name) => join(sitePackages()!, name)),
  ];
}

/** Sets up before the tests of a suite and tears down behind them; empty until they run. */
export function useLane(options: LaneOptions): Lane {
  const lane = {} as { -readonly [Field in keyof Lane]: Lane[Field] };
  beforeAll(async () => {
    lane.folder = mkdtempSync(join(tmpdir(), "sovereign-tokenize-"));
    lane.peer = startPeer();
    const { size, seed } = options;
    const folders = textFolders(options);
    const corpus = buildCorpus({ folders, tokens: vocabularyWords(), size, seed });
    lane.texts = await readTexts(corpus);
    lane.textsPath = join(lane.folder, "texts.bin");
    writeFileSync(lane.textsPath, packTexts(corpus));
  }, 600_000);
  afterAll(() => {
    lane.peer?.close();
    if (lane.folder) rmSync(lane.folder, { recursive: true, force: true });
  });
  return lane;
}
