/**
 * One commit file: the rules its actions obey (Delta protocol, "Delta Log Entries" and "Actions"),
 * its text (newline-delimited JSON, commitInfo first) and its creation. Data files are durable
 * before its name appears; the commit file and its folder are made durable here. What to commit and
 * when to try again is for `transaction.ts` to decide.
 */
import { dirname } from "node:path";
import { SovereignError } from "../../../core/errors.ts";
import { createFolders, fsyncDirectory, putIfAbsent } from "../../../core/io/index.ts";
import { printJson } from "../../../core/json/index.ts";
import { padVersion } from "../log-files.ts";
import { logFolderOf } from "../log-folder.ts";
import { fileKey } from "../log-path.ts";
import type { Action } from "../types.ts";
import { actionKind, orderedAction } from "./action-order.ts";

/** A log file's path: `logPath(root, 7, "json")` is `…/_delta_log/00000000000000000007.json`. */
export function logPath(tableRoot: string, version: number, extension: string): string {
  if (!Number.isSafeInteger(version) || version < 0) {
    throw new SovereignError("INTERNAL_ERROR", `\`${version}\` is not a table version`);
  }
  return `${logFolderOf(tableRoot)}/${padVersion(version)}.${extension}`;
}

/** The text of a commit file: one action per line, commitInfo first, the others in given order. */
export function encodeCommit(actions: readonly Action[]): string {
  const sorted = [
    ...actions.filter((action) => action.commitInfo !== undefined),
    ...actions.filter((action) => action.commitInfo === undefined),
  ];
  return sorted.map((action) => `${printJson(orderedAction(action))}\n`).join("");
}

/**
 * Throws INTERNAL_ERROR when the actions break a rule of a single commit: more than one commitInfo,
 * protocol or metaData, more than one txn per application, domain per name, add or remove per path,
 * or the same file both added and removed.
 */
export function checkActions(actions: readonly Action[]): void {
  const seen = new Set<string>();
  const added = new Set<string>();
  for (const action of actions) {
    const key = uniqueKeyOf(action);
    if (key === null) continue;
    if (seen.has(key)) throw brokenCommit(`it has two ${key} actions`);
    seen.add(key);
    if (action.add) added.add(fileKey(action.add.path, action.add.deletionVector));
  }
  for (const { remove } of actions) {
    if (remove && added.has(fileKey(remove.path, remove.deletionVector))) {
      throw brokenCommit(`it adds and removes \`${remove.path}\``);
    }
  }
}

/**
 * Creates the commit file of `version`. Returns false when another writer has that version; on true
 * the commit is durable. The log folder is created when missing. `before` runs beside the flush of
 * the file, and is done before anyone sees the commit.
 */
export async function writeCommit(
  tableRoot: string,
  version: number,
  actions: readonly Action[],
  before?: () => Promise<void>,
): Promise<boolean> {
  checkActions(actions);
  if (version === 0) await createLogFolder(tableRoot);
  return putIfAbsent(logPath(tableRoot, version, "json"), encodeCommit(actions), { before });
}

async function createLogFolder(tableRoot: string): Promise<void> {
  const folder = logFolderOf(tableRoot);
  for (const made of createFolders(folder).reverse()) await fsyncDirectory(dirname(made));
}

function uniqueKeyOf(action: Action): string | null {
  const kind = actionKind(action);
  switch (kind) {
    case "add":
    case "remove":
    case "cdc":
      return `${kind} \`${action[kind]!.path}\``;
    case "txn":
      return `txn \`${action.txn!.appId}\``;
    case "domainMetadata":
      return `domainMetadata \`${action.domainMetadata!.domain}\``;
    default:
      return kind ?? null;
  }
}

function brokenCommit(reason: string): SovereignError {
  return new SovereignError("INTERNAL_ERROR", `refused to write a commit: ${reason}`);
}
