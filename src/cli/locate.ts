/** Which node of the command tree the first words of a command line name. */
import { type CommandNode, isGroup, type TreeNode } from "./command.ts";
import type { Words } from "./words.ts";

export interface Located {
  /** The deepest node that is named; null when the first word names none. */
  readonly node: TreeNode | null;
  /** Its words: `mlflow runs list`. */
  readonly path: string;
  /** The words behind it, flags in front of it included. */
  readonly rest: readonly string[];
  /** The word behind a group that is none of its verbs, or an unknown first word. */
  readonly unknown: string | undefined;
}

/** Follows group, verb and action down the tree as far as they are known. */
export function locate(tree: readonly CommandNode[], words: Words): Located {
  const names = [words.group, words.verb, words.action];
  const rests = [words.afterGroup, words.rest, words.afterAction];
  let level: readonly TreeNode[] = tree;
  let node: TreeNode | null = null;
  const path: string[] = [];
  for (const name of names) {
    const next = level.find((candidate) => candidate.name === name);
    if (next === undefined) break;
    node = next;
    path.push(next.name);
    level = isGroup(next) ? next.verbs : [];
  }
  const isOpen = node === null || isGroup(node);
  return {
    node,
    path: path.join(" "),
    rest: rests[Math.max(0, path.length - 1)] ?? [],
    unknown: isOpen ? names[path.length] : undefined,
  };
}
