/** `sovereign mlflow auth`: the accounts that `mlflow server --auth` lets in. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { SovereignError } from "../../../core/errors.ts";
import { createFolders } from "../../../core/io/index.ts";
import { STRING } from "../../../lake/schema/data-type.ts";
import type { Account } from "../../../mlflow/index.ts";
import { defineCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { UsageError } from "../../failure.ts";
import { accountFile } from "../../mlflow/account-file.ts";

const USAGE = "sovereign mlflow auth add|list|remove [NAME]";

export const command = defineCommand({
  args: {
    action: {
      summary: "what to do",
      required: true,
      choices: ["add", "list", "remove"],
    },
    name: { summary: "the account's name" },
  },
  flags: {
    file: {
      type: "string",
      value: "path",
      summary: "the account file (default `.sovereign/mlflow-accounts`)",
    },
    "password-stdin": {
      type: "boolean",
      summary: "read a password from stdin for Basic authentication, in place of a token",
    },
  },
  examples: [
    { comment: "A token for a colleague, shown once", run: "sovereign mlflow auth add ada" },
    {
      comment: "A password, for MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD",
      run: "echo open-sesame | sovereign mlflow auth add bob --password-stdin",
    },
    { comment: "Who may call the server", run: "sovereign mlflow auth list" },
  ],
  notes:
    "The file keeps digests only (SHA-256 of tokens, scrypt of passwords) and is readable by its owner. A server that runs reads it again when it changes. Adding a name again replaces its account.",
  fields: [
    { name: "name", type: STRING },
    { name: "kind", type: STRING, summary: "`token` or `password`" },
    { name: "token", type: STRING, summary: "of `add`, the only time it is told" },
  ],
  databricks: "personal access tokens",
  seeAlso: ["mlflow server"],
  async run(context, { args, flags }) {
    const path = accountFile(context, flags.file);
    if (args.action === "list") await list(context, path);
    else if (args.action === "remove") await remove(context, path, requireName(args.name));
    else await add(context, path, requireName(args.name), flags["password-stdin"]);
  },
});

function requireName(name: string | undefined): string {
  if (name !== undefined) return name;
  throw new UsageError("no account name given", {
    hint: "name the account: `sovereign mlflow auth add ada`",
    usage: USAGE,
  });
}

async function list(context: CommandContext, path: string): Promise<void> {
  const accounts = await load(path);
  await context.printRecords(
    command.fields?.slice(0, 2) ?? [],
    accounts.map(({ name, kind }) => ({ name, kind })),
  );
}

async function add(context: CommandContext, path: string, name: string, isPassword: boolean) {
  const { createPasswordAccount, createTokenAccount, writeAccounts } = await import(
    "../../../mlflow/index.ts"
  );
  const others = (await load(path)).filter((account) => account.name !== name);
  if (isPassword) {
    const account = await createPasswordAccount(name, await readPassword(context));
    createFolders(resolve(path, ".."));
    await writeAccounts(path, [...others, account]);
    await context.printRecord(command.fields ?? [], { name, kind: account.kind, token: null });
    return;
  }
  const { account, token } = createTokenAccount(name);
  createFolders(resolve(path, ".."));
  await writeAccounts(path, [...others, account]);
  await context.printRecord(command.fields ?? [], { name, kind: account.kind, token });
  await context.note("the token is not shown again: set it as MLFLOW_TRACKING_TOKEN");
}

async function remove(context: CommandContext, path: string, name: string): Promise<void> {
  const { writeAccounts } = await import("../../../mlflow/index.ts");
  const accounts = await load(path);
  const found = accounts.find((account) => account.name === name);
  if (found === undefined) {
    throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no account \`${name}\``, {
      hint: "`sovereign mlflow auth list` names them",
    });
  }
  await writeAccounts(
    path,
    accounts.filter((account) => account !== found),
  );
  await context.note(`removed the account \`${name}\``);
}

async function load(path: string): Promise<Account[]> {
  if (!existsSync(path)) return [];
  const { readAccounts } = await import("../../../mlflow/index.ts");
  return readAccounts(path);
}

async function readPassword({ io }: CommandContext): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString("utf8").split(/\r?\n/, 1)[0] ?? "";
}
