/** `sovereign init [folder]`: a project: configuration, gates, ignore lines, metadata store. */
import { copyFileSync, existsSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";

import { CONFIG_FILE_NAME, type Config, loadConfig } from "../../core/config/index.ts";
import { SovereignError } from "../../core/errors.ts";
import { createFolders, writeFileAtomic } from "../../core/io/index.ts";
import { arrayType, STRING } from "../../lake/schema/data-type.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext, RecordValues } from "../context.ts";
import { programWords } from "../run/program.ts";
import { formatBatutaToml, formatGatesToml, IGNORED } from "./init/templates.ts";

export const command = defineCommand({
  args: {
    folder: { summary: "where the project is to be (default: here)", completes: "files" },
  },
  flags: {
    demo: {
      type: "boolean",
      summary: "add a small example lakehouse: demo.orders, demo.customers",
    },
    force: { type: "boolean", summary: "write the files anew; the old ones are kept as .bak" },
  },
  examples: [
    { comment: "Make this folder a project", run: "sovereign init" },
    { comment: "A new folder with example tables to query", run: "sovereign init shop --demo" },
    { comment: "See what would be written", run: "sovereign init shop --dry-run" },
  ],
  notes:
    "Writes batuta.toml (the configuration), .pmat-gates.toml (thresholds of quality gates, for pmat), lines for .gitignore and an empty metadata store. In a folder that is a project already it changes nothing.",
  fields: [
    { name: "folder", type: STRING },
    { name: "status", type: STRING, summary: "initialised, unchanged, or planned with --dry-run" },
    { name: "files", type: arrayType(STRING) },
  ],
  databricks: "`databricks bundle init` starts a project in the same way",
  seeAlso: ["config show", "doctor", "lake sql"],
  config: "none",
  dryRun: true,
  async run(context, { args, flags }) {
    const root = resolve(context.io.cwd, args.folder ?? ".");
    const where = relative(context.io.cwd, root) || ".";
    requireFolder(root, where);
    const isProject = existsSync(join(root, CONFIG_FILE_NAME));
    if (isProject && !flags.force && !flags.demo) {
      await context.note(`already initialised: ${join(where, CONFIG_FILE_NAME)}`);
      await report(context, { folder: root, status: "unchanged", files: [] });
      return 0;
    }
    const files = planFiles(root, { rewrite: flags.force, isProject });
    const names = files.map((file) => file.name);
    if (context.globals.dryRun) {
      await report(context, { folder: root, status: "planned", files: names });
      for (const file of files) await context.note(`would write ${join(where, file.name)}`);
      if (flags.demo) await context.note("would create the tables demo.customers and demo.orders");
      return 0;
    }
    createFolders(root);
    for (const file of files) await writeFile(root, file);
    const config = await createStore(context, root);
    let hasChanged = !isProject || files.length > 0;
    if (flags.demo) {
      const { createDemo } = await import("./init/demo.ts");
      hasChanged = (await createDemo(context, config)) || hasChanged;
    }
    const status = hasChanged ? "initialised" : "unchanged";
    await report(context, { folder: root, status, files: names });
    const shown = where === "." ? "this folder" : where;
    await context.note(hasChanged ? `initialised ${shown}` : "nothing had to be changed");
    await noteNext(
      context,
      where,
      flags.demo ? "SELECT * FROM demo.orders" : "SELECT 1 + 1 AS two",
    );
    return 0;
  },
});

/** Three commands to go on with, as they reach the project from where the shell is. */
async function noteNext(context: CommandContext, where: string, query: string): Promise<void> {
  const { io, globals } = context;
  const cwd = where === "." ? globals.cwd : join(globals.cwd ?? "", where);
  const program = programWords({ io, globals: { ...globals, cwd } });
  await context.note(`next: ${program} lake sql "${query}"`);
  await context.note(`next: ${program} lake list`);
  await context.note(`next: ${program} config show --origin`);
}

/** For a program only: people read the notes. */
async function report(context: CommandContext, record: RecordValues): Promise<void> {
  if (context.globals.output !== undefined) {
    await context.printRecord(command.fields ?? [], record);
  }
}

/** A file where the project is to be is no folder to put it in; asked before anything is written. */
function requireFolder(root: string, where: string): void {
  const names = [CONFIG_FILE_NAME, ".pmat-gates.toml", ".gitignore"];
  if (statSync(root, { throwIfNoEntry: false })?.isFile()) {
    throw new SovereignError("RESOURCE_ALREADY_EXISTS", `\`${where}\` is a file, not a folder`, {
      hint: "`sovereign init <folder>` takes a folder, which it makes if it is missing",
    });
  }
  const blocked = names.find((name) => existsSync(join(root, name)) && !isFile(join(root, name)));
  if (blocked === undefined) return;
  throw new SovereignError("RESOURCE_ALREADY_EXISTS", `\`${join(where, blocked)}\` is no file`, {
    hint: "move it away: a project keeps a file of that name",
  });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

interface PlannedFile {
  readonly name: string;
  readonly text: string;
  readonly backUp: boolean;
}

/** What is missing, or everything with `rewrite`; `.gitignore` only gains the lines it lacks. */
function planFiles(
  root: string,
  { rewrite, isProject }: { rewrite: boolean; isProject: boolean },
): PlannedFile[] {
  const own = [
    { name: CONFIG_FILE_NAME, text: formatBatutaToml(basename(root)) },
    { name: ".pmat-gates.toml", text: formatGatesToml() },
  ];
  const files = own
    .map((file) => ({ ...file, backUp: existsSync(join(root, file.name)) }))
    .filter((file) => !file.backUp || rewrite);
  if (isProject && !rewrite) return files;
  const path = join(root, ".gitignore");
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  const missing = IGNORED.filter((line) => !before.split(/\r?\n/).includes(line));
  if (missing.length > 0) {
    const gap = before === "" || before.endsWith("\n") ? "" : "\n";
    files.push({
      name: ".gitignore",
      text: `${before}${gap}${missing.join("\n")}\n`,
      backUp: false,
    });
  }
  return files;
}

async function writeFile(root: string, file: PlannedFile): Promise<void> {
  const path = join(root, file.name);
  if (file.backUp) copyFileSync(path, `${path}.bak`);
  await writeFileAtomic(path, file.text);
}

/** The metadata store of the new project, with this command as its first audit record. */
async function createStore(context: CommandContext, root: string): Promise<Config> {
  const { SOVEREIGN_CONFIG: _, ...env } = context.io.env;
  const config = loadConfig({ cwd: root, env });
  const { openStore, recordAudit } = await import("../../core/store/index.ts");
  const store = openStore({ path: config.storePath, clock: context.io.clock });
  try {
    recordAudit(store, { command: "init", object: root, outcome: "ok" }, context.io.clock);
  } finally {
    store.close();
  }
  return config;
}
