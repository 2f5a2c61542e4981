/** Prose that installed packages ship: passages of their Markdown files and doc comments. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LEAST_WORDS = 40;
const PASSAGE_WORDS = 120;

/** Passages of some 40 to 200 words, each once, in the order of the files' names. */
export function readPassages(folder: string, most: number): string[] {
  const passages = new Set<string>();
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(md|d\.ts)$/i.test(path) && !/license|\.map$/i.test(path))
    .sort();
  for (const path of files) {
    for (const passage of passagesOf(path, readText(join(folder, path)))) {
      passages.add(passage);
      if (passages.size >= most) return [...passages];
    }
  }
  return [...passages];
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function passagesOf(path: string, text: string): string[] {
  if (/\.md$/i.test(path)) return gather(paragraphsOf(text));
  const comments = [...text.matchAll(/\/\*\*([\s\S]*?)\*\//g)].map(([, body]) =>
    clean(body!.replace(/^\s*\*/gm, " ").replace(/@\w+/g, " ")),
  );
  return comments.filter((comment) => wordCount(comment) >= LEAST_WORDS);
}

function paragraphsOf(markdown: string): string[] {
  const prose = markdown.replace(/```[\s\S]*?```/g, "\n\n").replace(/<[^>]*>/g, " ");
  return prose
    .split(/\n\s*\n/)
    .filter((paragraph) => !/^\s*[|#>]/.test(paragraph))
    .map((paragraph) => clean(paragraph.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")));
}

function clean(text: string): string {
  return text.replace(/[*_`]/g, "").replace(/\s+/g, " ").trim();
}

/** Paragraphs side by side, until they are long enough. */
function gather(paragraphs: readonly string[]): string[] {
  const passages: string[] = [];
  let current = "";
  for (const paragraph of paragraphs) {
    current = `${current} ${paragraph}`.trim();
    if (wordCount(current) < PASSAGE_WORDS) continue;
    passages.push(
      current
        .split(" ")
        .slice(0, 2 * PASSAGE_WORDS)
        .join(" "),
    );
    current = "";
  }
  return wordCount(current) >= LEAST_WORDS ? [...passages, current] : passages;
}

function wordCount(text: string): number {
  return text.split(" ").length;
}
