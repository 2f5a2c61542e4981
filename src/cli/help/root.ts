/** What `sovereign` alone says: the purpose, commands to try, the groups, where to read on. */
import type { CommandNode } from "../command.ts";
import { formatItems, formatSection, type HelpLayout, wrapText } from "./layout.ts";

const TRY: readonly (readonly [string, string])[] = [
  ["sovereign init --demo", "a project with example tables"],
  ['sovereign lake sql "SELECT 1 + 1 AS two"', "Spark SQL, without a cluster"],
  ["sovereign lake list", "the tables there are"],
  ["sovereign doctor", "check what this machine has"],
];

const PURPOSE = "A data-and-AI platform in one binary: open formats, Spark SQL, offline.";
const MORE =
  "More: `sovereign <group> --help`, `sovereign help <topic>` (environment, exit-codes, output, config, delta), `sovereign help --all`";

/** The first page. */
export function formatRootPage(tree: readonly CommandNode[], layout: HelpLayout): string {
  const headings = new Map<string, { label: string; text: string }[]>();
  for (const node of tree) {
    if (node.hidden) continue;
    const items = headings.get(node.heading) ?? [];
    items.push({ label: node.name, text: node.summary });
    headings.set(node.heading, items);
  }
  const tries = TRY.map(([run, why]) => ({ label: run, text: why }));
  const width = Math.max(...tries.map((item) => item.label.length));
  const isNarrow = tries.some(({ text }) => width + text.length + 6 > layout.width);
  return [
    `${wrapText(PURPOSE, layout.width)}\n`,
    formatSection("Usage", ["sovereign <group> <verb> [target] [flags]"], layout),
    formatSection(
      "Try",
      tries.flatMap(({ label, text }) => {
        const why = layout.style.dim(`# ${text}`);
        return isNarrow ? [why, label] : [`${label.padEnd(width)}  ${why}`];
      }),
      layout,
    ),
    ...[...headings].map(([title, items]) =>
      formatSection(title, formatItems(items, layout), layout),
    ),
    `\n${wrapText(MORE, layout.width)}\n`,
  ].join("");
}
