/**
 * The help page of one command and of one group, made from their declarations. Order: purpose,
 * usage, examples, arguments, flags in groups, JSON fields, the Databricks counterpart, see also.
 */
import type { CommandGroup, CommandSpec, FlagSpec, FlagSpecs, VerbGroup } from "../command.ts";
import { GLOBAL_FLAGS } from "../global-flags.ts";
import { formatItems, formatSection, type HelpItem, type HelpLayout, wrapText } from "./layout.ts";

export interface CommandPage {
  /** `lake sql` */
  readonly path: string;
  readonly summary: string;
  readonly spec: CommandSpec;
}

export interface GroupPage {
  /** `lake`, `mlflow runs` */
  readonly path: string;
  readonly group: CommandGroup | VerbGroup;
}

/** `sovereign lake sql [query] [flags]`. */
export function formatUsage(path: string, spec: CommandSpec): string {
  const words = Object.entries(spec.args).map(([name, argument]) => {
    const dots = argument.variadic ? "..." : "";
    const choices = argument.choices?.join(" | ");
    const inner = choices === undefined ? name : choices;
    if (!argument.required) return `[${inner}]${dots}`;
    return choices === undefined ? `<${inner}>${dots}` : `{${inner}}${dots}`;
  });
  return ["sovereign", path, ...words, "[flags]"].filter((word) => word !== "").join(" ");
}

/** The whole page of a command. */
export function formatCommandPage(page: CommandPage, layout: HelpLayout): string {
  const { spec } = page;
  const examples = spec.examples.flatMap(({ comment, run }, i) => [
    ...(i === 0 ? [] : [""]),
    layout.style.dim(`# ${comment}`),
    run,
  ]);
  const args = Object.entries(spec.args).map(([name, argument]) => ({
    label: name,
    text: argument.summary,
  }));
  const fields = (spec.fields ?? []).map((field) => field.name).join(", ");
  return [
    `${page.summary}.\n`,
    formatSection("Usage", [formatUsage(page.path, spec)], layout),
    formatSection("Examples", examples, layout),
    spec.notes === undefined ? "" : `\n${formatNotes(spec.notes, layout)}\n`,
    formatSection("Arguments", formatItems(args, layout), layout),
    formatFlagGroups({ ...spec.flags, ...globalFlagsOf(spec) }, layout),
    fields === "" ? "" : formatSection("JSON fields", [wrap(fields, layout)], layout),
    spec.databricks === undefined
      ? ""
      : formatSection("On Databricks", [wrap(spec.databricks, layout)], layout),
    formatSection(
      "See also",
      (spec.seeAlso ?? []).map((path) => `sovereign ${path}`),
      layout,
    ),
  ].join("");
}

/** The global flags a command does not refuse. */
function globalFlagsOf(spec: CommandSpec): FlagSpecs {
  const refused = [
    ...(spec.output === "text" ? ["output", "json"] : []),
    ...(spec.dryRun ? [] : ["dry-run"]),
  ];
  return Object.fromEntries(
    Object.entries(GLOBAL_FLAGS).filter(([name]) => !refused.includes(name)),
  );
}

/** The page of a group: its verbs. */
export function formatGroupPage({ path, group }: GroupPage, layout: HelpLayout): string {
  const verbs = group.verbs.filter((verb) => !verb.hidden);
  const items = verbs.map((verb) => ({ label: verb.name, text: verb.summary }));
  return [
    `${group.summary}.\n`,
    formatSection("Usage", [`sovereign ${path} <verb> [flags]`], layout),
    formatSection("Verbs", formatItems(items, layout), layout),
    `\nExamples and flags: \`sovereign ${path} <verb> --help\`\n`,
  ].join("");
}

/** Flags under their headings, a command's own first. */
export function formatFlagGroups(flags: FlagSpecs, layout: HelpLayout): string {
  const groups = new Map<string, HelpItem[]>();
  for (const [name, flag] of Object.entries(flags)) {
    if (flag.hidden) continue;
    const title = flag.group === undefined ? "Flags" : `${flag.group} flags`;
    const items = groups.get(title) ?? [];
    items.push({ label: flagLabel(name, flag), text: flagText(flag) });
    groups.set(title, items);
  }
  return [...groups]
    .map(([title, items]) => formatSection(title, formatItems(items, layout), layout))
    .join("");
}

/** `-o, --output <format>` as help and the reference page show it. */
export function flagLabel(name: string, flag: FlagSpec): string {
  const short = flag.short === undefined ? "    " : `-${flag.short}, `;
  if (flag.type === "boolean") return `${short}--${name}`;
  if (name === "json") return `${short}--json [fields]`;
  return `${short}--${name} <${flag.type === "choice" ? name : flag.value}>`;
}

function flagText(flag: FlagSpec): string {
  const choices = flag.type === "choice" ? `: ${flag.choices.join(", ")}` : "";
  const repeat = flag.type === "string" && flag.repeat ? "; may be repeated" : "";
  return `${flag.summary}${choices}${repeat}`;
}

function formatNotes(notes: string, layout: HelpLayout): string {
  return notes
    .split("\n\n")
    .map((paragraph) => wrapText(paragraph.trim(), layout.width))
    .join("\n\n");
}

function wrap(text: string, layout: HelpLayout): string {
  return wrapText(text, layout.width, 2);
}
