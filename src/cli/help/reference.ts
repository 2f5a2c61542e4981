/** Every page after the other: `help --all`. */
import { type CommandEntry, type CommandNode, isGroup, type TreeNode } from "../command.ts";
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
export function listEntries(tree: readonly TreeNode[]): NamedEntry[] {
  return tree
    .filter((node) => !node.hidden)
    .flatMap((node) => {
      if (!isGroup(node)) return [{ path: node.name, entry: node }];
      const below = listEntries(node.verbs);
      return below.map(({ path, entry }) => ({ path: `${node.name} ${path}`, entry }));
    });
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
