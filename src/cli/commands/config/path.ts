/** `sovereign config path`: the files the configuration is looked for in, and which one is read. */
import { listConfigFiles } from "../../../core/config/index.ts";
import { STRING } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";

export const command = defineCommand({
  args: {},
  flags: {},
  examples: [
    { comment: "Which batuta.toml counts here", run: "sovereign config path" },
    {
      comment: "The places looked at, for a script",
      run: "sovereign config path --json path,status",
    },
  ],
  notes:
    "Looks for batuta.toml in this folder and upward, and reads the first; SOVEREIGN_CONFIG names another. Without any, the defaults hold and this folder is the project.",
  fields: [
    { name: "path", type: STRING },
    { name: "status", type: STRING, summary: "read or absent" },
  ],
  databricks: "`databricks auth env` shows the files of its profile",
  seeAlso: ["config show", "help config"],
  config: "none",
  async run(context) {
    const { cwd, env } = context.io;
    const files = listConfigFiles(cwd, env);
    await context.printRecords(
      command.fields ?? [],
      files.map((file) => ({ ...file })),
    );
    if (!files.some((file) => file.status === "read")) {
      const text = env.SOVEREIGN_CONFIG
        ? "SOVEREIGN_CONFIG names a file that is not there"
        : "no batuta.toml: the defaults hold; `sovereign init` writes one";
      await context.note(text);
    }
    return 0;
  },
});
