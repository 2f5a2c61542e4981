/** `sovereign lake fs ls|head`: files of the project and the sample data, never anything else. */
import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";

import { SovereignError } from "../../../core/errors.ts";
import { resolveInside } from "../../../core/io/index.ts";
import { resolveMounted } from "../../../lake/exec/file-mounts.ts";
import { LONG, STRING, TIMESTAMP } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { sampleMounts } from "../../lake/datasets.ts";
import { refuseFormat } from "../../output/refuse-format.ts";
import { quoteShellWord } from "../../shell-words.ts";

const DEFAULT_HEAD_BYTES = 4096;

export const command = defineCommand({
  args: {
    action: {
      summary: "list a folder, or show a file's beginning",
      required: true,
      choices: ["ls", "head"],
    },
    path: {
      summary: "below the project's root, or in `/databricks-datasets` (default: the root)",
      completes: "files",
    },
  },
  flags: {
    bytes: { type: "integer", value: "n", min: 1, summary: "head: how much (default 4096)" },
  },
  examples: [
    { comment: "What is in the project", run: "sovereign lake fs ls" },
    { comment: "The sample data", run: "sovereign lake fs ls /databricks-datasets" },
    { comment: "The beginning of a file", run: "sovereign lake fs head batuta.toml" },
  ],
  notes:
    "Paths are confined to the project's root, where a link that leads out of it is refused, and to the bundled sample data, `/databricks-datasets`.",
  fields: [
    { name: "path", type: STRING },
    { name: "name", type: STRING },
    { name: "size", type: LONG },
    { name: "modification_time", type: TIMESTAMP },
  ],
  databricks: "`dbutils.fs.ls(path)` and `dbutils.fs.head(path)`",
  seeAlso: ["lake import", "lake sql"],
  async run(context, { args, flags }) {
    if (args.action === "head" && args.path === undefined) {
      throw new SovereignError("INVALID_PARAMETER_VALUE", "`lake fs head` needs a file", {
        hint: "name one: `sovereign lake fs ls` lists those of the project",
      });
    }
    if (args.action === "head") refuseFormat("a file's text", context.globals);
    const place = resolvePlace(args.path ?? ".", context);
    const { path } = place;
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) {
      throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `no file or folder \`${args.path}\``, {
        hint: "paths start at the folder you run in; `/databricks-datasets` holds the sample data",
      });
    }
    if (args.action === "ls") {
      await context.printRecords(command.fields ?? [], listFolder(place, stat.isDirectory()));
      return 0;
    }
    if (stat.isDirectory()) {
      throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${args.path}\` is a folder`, {
        hint: `list it: \`sovereign lake fs ls ${quoteShellWord(args.path ?? ".")}\``,
      });
    }
    const bytes = Buffer.alloc(Math.min(flags.bytes ?? DEFAULT_HEAD_BYTES, stat.size));
    const file = openSync(path, "r");
    try {
      readSync(file, bytes, 0, bytes.length, 0);
    } finally {
      closeSync(file);
    }
    await context.io.stdout.write(bytes);
    return 0;
  },
});

interface Place {
  readonly path: string;
  /** The path below `path`'s root as it is shown. */
  readonly shown: string;
}

function resolvePlace(word: string, context: CommandContext): Place {
  for (const mount of sampleMounts()) {
    const path = resolveMounted(word, [mount]);
    if (path === null) continue;
    return { path, shown: join(mount.path, relative(mount.folder, path)) };
  }
  const root = context.config.projectRoot;
  const below = isAbsolute(word)
    ? relative(root, word)
    : relative(root, join(context.io.cwd, word));
  const path = resolveInside(root, below === "" ? "." : below);
  return { path, shown: relative(root, path) };
}

/** Folders end in `/`, as `dbutils.fs.ls` shows them. */
function listFolder({ path, shown }: Place, isFolder: boolean) {
  const names = isFolder ? readdirSync(path).sort() : [""];
  return names.map((name) => {
    const stat = statSync(join(path, name), { throwIfNoEntry: false });
    const slash = stat?.isDirectory() ? "/" : "";
    const shownPath = join(shown, name);
    return {
      path: `${shownPath}${slash}`,
      name: `${shownPath.slice(shownPath.lastIndexOf("/") + 1)}${slash}`,
      size: BigInt(stat?.isDirectory() ? 0 : (stat?.size ?? 0)),
      modification_time: stat === undefined ? null : BigInt(Math.round(stat.mtimeMs)) * 1000n,
    };
  });
}
