/** `sovereign lake sql`: Spark SQL statements, one after the other. */
import { SovereignError } from "../../../core/errors.ts";
import { defineCommand } from "../../command.ts";
import { readParameters } from "../../lake/parameters.ts";
import { printPlans } from "../../lake/print-plan.ts";
import { printResult } from "../../lake/print-result.ts";
import { ROW_FLAGS, readRowFlags } from "../../lake/row-flags.ts";
import { openProjectLake } from "../../lake/session.ts";
import { readSqlText } from "../../lake/text-source.ts";

export const command = defineCommand({
  args: {
    sql: { summary: "statements separated by `;`, `@file` for a file, `-` for stdin" },
  },
  flags: {
    param: {
      type: "string",
      value: "name=value",
      repeat: true,
      summary: "value of the marker `:name`; numbers, true, false and null are typed",
    },
    ...ROW_FLAGS,
  },
  examples: [
    { comment: "A query", run: 'sovereign lake sql "SELECT 1 + 1 AS two"' },
    {
      comment: "A value that is never part of the text",
      run: 'sovereign lake sql "SELECT * FROM range(5) WHERE id > :least" --param least=2',
    },
    {
      comment: "What a file of statements would do, without doing it",
      run: "sovereign lake sql @setup.sql --dry-run",
    },
    {
      comment: "Rows for another program",
      run: 'sovereign lake sql "SELECT id, id * id AS square FROM range(3)" -o jsonl',
    },
  ],
  notes:
    "Spark SQL of Spark 4.2 in ANSI mode and UTC, run on an embedded engine. What is not supported is refused by name, never guessed. Each statement is all or nothing; the first failure ends the run and earlier statements stay done. --dry-run binds every statement and lists what each would do: the columns of a query, the files a statement reads and those it may remove or write again, as partition values and statistics tell.",
  databricks: "the same text runs in a notebook's %sql cell or the SQL editor",
  seeAlso: ["lake shell", "help delta", "help output"],
  dryRun: true,
  async run(context, { args, flags }) {
    const parameters = readParameters(flags.param);
    const text = await readSqlText(args.sql, context.io);
    if (text.trim() === "") {
      throw new SovereignError("INVALID_PARAMETER_VALUE", "the SQL text is empty", {
        hint: 'give a statement: `sovereign lake sql "SELECT 1"`',
      });
    }
    const lake = await openProjectLake(context);
    if (context.globals.dryRun) {
      await printPlans(lake.plan(text, { parameters }), context);
      return 0;
    }
    for await (const result of lake.script(text, { parameters })) {
      await printResult(result, context, readRowFlags(flags));
    }
    return 0;
  },
});
