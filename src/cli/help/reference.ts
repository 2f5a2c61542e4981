/** Every page after the other: `help --all`. */
import { type CommandEntry, type CommandNode, isGroup } from "../command.ts";
import type { HelpLayout } from "./layout.ts";
import { formatCommandPage } from "./page.ts";
import { formatRootPage } from "./root.ts";
import { formatTopic, TOPICS } from "./topics.ts";

/** A command with the words that call it. */
export interface NamedEntry {
  readonly path: string;
  readonly entry: CommandEntry;
}

/** Every visible command of the tree, in its order. */
export function listEntries(tree: readonly CommandNode[]): NamedEntry[] {
  return tree
    .flatMap((node) =>
      isGroup(node)
        ? node.verbs.map((verb) => ({ path: `${node.name} ${verb.name}`, entry: verb }))
        : [{ path: node.name, entry: node }],
    )
    .filter(({ entry }) => !entry.hidden);
}

/** The whole reference as text. */
export async function formatReference(
  tree: readonly CommandNode[],
  layout: HelpLayout,
): Promise<string> {
  const pages = [formatRootPage(tree, layout)];
  for (const { path, entry } of listEntries(tree)) {
    const { command } = await entry.load();
    const title = layout.style.bold(`sovereign ${path}`);
    const page = formatCommandPage({ path, summary: entry.summary, spec: command }, layout);
    pages.push(`${title}\n\n${page}`);
  }
  for (const topic of TOPICS) {
    pages.push(`${layout.style.bold(`help ${topic.name}`)}\n\n${formatTopic(topic.name, layout)}`);
  }
  return pages.join(`\n${layout.style.dim("-".repeat(layout.width))}\n\n`);
}
