/** `sovereign help [command | topic]`: the same pages as `--help`, and topics beside them. */
import { defineCommand, isGroup } from "../command.ts";
import { UsageError } from "../failure.ts";
import { layoutFor, showCommand, showGroup, showRoot } from "../help/show.ts";
import { locate } from "../locate.ts";
import { splitWords } from "../words.ts";
import { COMMAND_TREE } from "./index.ts";

export const command = defineCommand({
  args: {
    topic: {
      summary: "a command, or one of: environment, exit-codes, output, config, delta",
      variadic: true,
      completes: "topics",
    },
  },
  flags: {
    all: { type: "boolean", summary: "print the whole reference" },
  },
  examples: [
    { comment: "What a command does and takes", run: "sovereign help config show" },
    { comment: "What the exit codes mean", run: "sovereign help exit-codes" },
    { comment: "Everything, for a pager or a search", run: "sovereign help --all" },
  ],
  config: "none",
  output: "text",
  async run(context, { args, flags }) {
    const { io, globals } = context;
    const [word] = args.topic;
    const layout = layoutFor(io, globals.noColor);
    if (flags.all) {
      const { formatReference } = await import("../help/reference.ts");
      await context.printText(await formatReference(COMMAND_TREE, layout));
      return 0;
    }
    if (word === undefined) return showRoot(COMMAND_TREE, io, globals.noColor);
    const { node, path, rest, unknown } = locate(COMMAND_TREE, splitWords(args.topic));
    const { formatTopic, TOPICS } = await import("../help/topics.ts");
    // `config` is a group and a topic: the group has `sovereign config --help`.
    const isTopic = args.topic.length === 1 && TOPICS.some((topic) => topic.name === word);
    if (isTopic || node === null || rest.length > (unknown === undefined ? 0 : 1)) {
      await context.printText(formatTopic(args.topic.join(" "), layout));
      return 0;
    }
    if (unknown !== undefined) {
      throw new UsageError(`unknown verb \`${unknown}\` of \`${path}\``, {
        hint: `\`sovereign ${path} --help\` lists its verbs`,
        usage: "sovereign help [command | topic]",
      });
    }
    if (isGroup(node)) return showGroup({ path, group: node }, io, globals.noColor);
    const { command: spec } = await node.load();
    const words = globals.noColor ? ["--no-color"] : [];
    return showCommand({ path, summary: node.summary, spec }, io, words);
  },
});
