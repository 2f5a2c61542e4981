/**
 * The numbers a transcript must show because someone else computed them: each line of a case's
 * `facts` stands, word by word, in a line of its `output.txt` (a lone number must be all of it).
 * Recording transcripts anew (`-u`) cannot move these.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { REPOSITORY } from "./source-tree.ts";

const root = join(REPOSITORY, "test/acceptance");
const cases = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith("/facts"))
  .map((path) => path.slice(0, -"/facts".length))
  .sort();

test("there are facts, beside transcripts", () => {
  expect(cases.length).toBeGreaterThanOrEqual(6);
  expect(cases.filter((name) => !existsSync(join(root, name, "output.txt")))).toEqual([]);
});

test.each(cases)("%s", (name) => {
  const lines = readFileSync(join(root, name, "output.txt"), "utf8")
    .split("\n")
    .filter((line) => !line.startsWith("$ "))
    .map((line) => ` ${line.trim().replace(/\s+/g, " ")} `);
  const facts = readFileSync(join(root, name, "facts"), "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const isShown = (fact: string): boolean =>
    lines.some((line) =>
      /^\d+$/.test(fact)
        ? line === ` ${fact} `
        : line.includes(fact.startsWith('"') ? fact : ` ${fact} `),
    );
  expect(facts.filter((fact) => !isShown(fact))).toEqual([]);
});
