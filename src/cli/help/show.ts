/** Prints help pages, in the width and colour of the terminal they go to. */
import type { CommandNode } from "../command.ts";
import type { Io } from "../io.ts";
import { createStyle } from "../style.ts";
import type { HelpLayout } from "./layout.ts";
import { type CommandPage, formatCommandPage, formatGroupPage, type GroupPage } from "./page.ts";
import { formatRootPage } from "./root.ts";

/** The first page. */
export async function showRoot(
  tree: readonly CommandNode[],
  io: Io,
  noColor: boolean,
): Promise<number> {
  await io.stdout.write(formatRootPage(tree, layoutFor(io, noColor)));
  return 0;
}

/** The page of a group. */
export async function showGroup(page: GroupPage, io: Io, noColor: boolean): Promise<number> {
  await io.stdout.write(formatGroupPage(page, layoutFor(io, noColor)));
  return 0;
}

/** The page of a command. */
export async function showCommand(
  page: CommandPage,
  io: Io,
  words: readonly string[],
): Promise<number> {
  await io.stdout.write(formatCommandPage(page, layoutFor(io, words.includes("--no-color"))));
  return 0;
}

/** At most 100 cells wide, 80 where there is no terminal. */
export function layoutFor(io: Io, noColor: boolean): HelpLayout {
  const columns = io.stdout.isTTY ? io.stdout.columns : 80;
  return {
    style: createStyle(io.stdout, io.env, noColor),
    width: Math.max(40, Math.min(columns, 100)),
  };
}
