/** The post-processors of `tokenizer.json` (`tokenizers` 0.23): what is put around the text's tokens. */
import { Encoding } from "../encoding.ts";
import {
  buildPart,
  type JsonObject,
  malformed,
  readChoice,
  readFlag,
  readList,
  readNatural,
  readObject,
  readText,
} from "../load/fields.ts";

export interface PostProcessor {
  /** How many tokens it puts in for one text or a pair. */
  countAdded(isPair: boolean): number;
  /** Changes encodings in place, or joins them to one. */
  process(encodings: Encoding[], options: ProcessOptions): Encoding[];
}

export interface ProcessOptions {
  readonly addSpecialTokens: boolean;
  tokenOf(id: number): string | undefined;
}

const BUILDERS: Readonly<Record<string, (part: JsonObject) => PostProcessor>> = {
  BertProcessing: buildBert,
  RobertaProcessing: buildRoberta,
  ByteLevel: buildByteLevel,
  TemplateProcessing: buildTemplate,
  Sequence: buildSequence,
};

/** The post-processor a `tokenizer.json` describes; none for null. */
export function buildPostProcessor(value: unknown): PostProcessor | null {
  return buildPart(BUILDERS, value, "post_processor");
}

/** Joins what is left of a pair; the second text has type 1. */
export function joinEncodings(encodings: readonly Encoding[]): Encoding {
  if (encodings.length === 1) return encodings[0]!;
  const joined = new Encoding(encodings[0]!.texts);
  for (const encoding of encodings) joined.append(encoding);
  return joined;
}

function buildSequence(part: JsonObject): PostProcessor {
  const steps = readList(part.processors, "post_processor.processors").map((step) => {
    const built = buildPostProcessor(step);
    if (built === null) throw malformed("a post-processor in a sequence is null");
    return built;
  });
  return {
    countAdded: (isPair) => steps.reduce((sum, step) => sum + step.countAdded(isPair), 0),
    process: (encodings, options) =>
      steps.reduce((current, step) => step.process(current, options), encodings),
  };
}

function buildByteLevel(part: JsonObject): PostProcessor {
  const trims = readFlag(part.trim_offsets, "post_processor.trim_offsets", true);
  const addsSpace = readFlag(part.add_prefix_space, "post_processor.add_prefix_space", true);
  return {
    countAdded: () => 0,
    process(encodings, options) {
      if (trims) for (const encoding of encodings) trimOffsets(encoding, addsSpace, options);
      return encodings;
    },
  };
}

/** Takes the white space at the ends of tokens out of their places. */
function trimOffsets(encoding: Encoding, addsSpace: boolean, { tokenOf }: ProcessOptions): void {
  for (let i = 0; i < encoding.length; i++) {
    const token = tokenOf(encoding.ids[i]!) ?? "";
    let leading = /^[\u0120\p{White_Space}]*/u.exec(token)![0].length;
    const trailing = /[\u0120\p{White_Space}]*$/u.exec(token)![0].length;
    const [start, end] = [encoding.starts[i]!, encoding.ends[i]!];
    if ((i === 0 || start === 0) && addsSpace && leading === 1) leading = 0;
    const from = Math.min(start + leading, end);
    if (leading > 0) encoding.starts[i] = from;
    if (trailing > 0 && end >= trailing)
      encoding.ends[i] = Math.max(end - trailing, encoding.starts[i]!);
  }
}

/** A token that is put in: of any text, of a type, maybe several ids. */
interface TemplateToken {
  readonly ids: readonly number[];
  readonly typeId: number;
}
type TemplatePiece = TemplateToken | { readonly sequence: 0 | 1; readonly typeId: number };

function applyTemplate(
  pieces: readonly TemplatePiece[],
  encodings: readonly Encoding[],
  addSpecialTokens: boolean,
): Encoding[] {
  const joined = new Encoding(encodings[0]!.texts);
  for (const piece of pieces) {
    if ("sequence" in piece) {
      const encoding = encodings[piece.sequence];
      if (encoding === undefined) throw malformed("a template for one text asks for a second");
      encoding.typeIds.fill(piece.typeId);
      joined.append(encoding);
    } else if (addSpecialTokens) {
      for (const id of piece.ids)
        joined.push({ ids: id, typeIds: piece.typeId, specialTokensMask: 1 });
    }
  }
  return [joined];
}

function buildTemplate(part: JsonObject): PostProcessor {
  const specials = new Map(
    Object.entries(readObject(part.special_tokens, "post_processor.special_tokens")).map(
      ([name, value]) => {
        const special = readObject(value, "post_processor.special_tokens");
        const ids = readList(special.ids, "special_tokens.ids").map((id) =>
          readNatural(id, "special_tokens.ids"),
        );
        return [name, ids];
      },
    ),
  );
  const single = readTemplate(part.single, specials);
  const pair = readTemplate(part.pair, specials);
  return templateProcessor(single, pair);
}

function readTemplate(
  value: unknown,
  specials: ReadonlyMap<string, readonly number[]>,
): TemplatePiece[] {
  return readList(value, "post_processor template").map((entry) => {
    const piece = readObject(entry, "post_processor template");
    const isSpecial = piece.SpecialToken !== undefined;
    const fields = readObject(piece.SpecialToken ?? piece.Sequence, "post_processor template");
    const typeId = readNatural(fields.type_id, "type_id");
    const id = readText(fields.id, "post_processor template");
    if (!isSpecial)
      return { sequence: readChoice(id, ["A", "B"], "Sequence.id") === "A" ? 0 : 1, typeId };
    const ids = specials.get(id);
    if (ids === undefined)
      throw malformed(`the template's token \`${id}\` is not among its special tokens`);
    return { ids, typeId };
  });
}

function templateProcessor(single: TemplatePiece[], pair: TemplatePiece[]): PostProcessor {
  const count = (pieces: readonly TemplatePiece[]): number =>
    pieces.reduce((sum, piece) => sum + ("ids" in piece ? piece.ids.length : 0), 0);
  return {
    countAdded: (isPair) => count(isPair ? pair : single),
    process: (encodings, { addSpecialTokens }) =>
      applyTemplate(encodings.length > 1 ? pair : single, encodings, addSpecialTokens),
  };
}

function readPairOf(value: unknown, where: string): TemplateToken["ids"] {
  const [token, id, ...more] = readList(value, where);
  readText(token, where);
  if (more.length > 0) throw malformed(`\`${where}\` is no token with its id`);
  return [readNatural(id, where)];
}

function buildBert(part: JsonObject): PostProcessor {
  const cls = { ids: readPairOf(part.cls, "post_processor.cls"), typeId: 0 };
  const sep = readPairOf(part.sep, "post_processor.sep");
  const single: TemplatePiece[] = [cls, { sequence: 0, typeId: 0 }, { ids: sep, typeId: 0 }];
  const second: TemplatePiece[] = [
    { sequence: 1, typeId: 1 },
    { ids: sep, typeId: 1 },
  ];
  return templateProcessor(single, [...single, ...second]);
}

function buildRoberta(part: JsonObject): PostProcessor {
  const cls = { ids: readPairOf(part.cls, "post_processor.cls"), typeId: 0 };
  const sep = { ids: readPairOf(part.sep, "post_processor.sep"), typeId: 0 };
  const single: TemplatePiece[] = [cls, { sequence: 0, typeId: 0 }, sep];
  const pair: TemplatePiece[] = [...single, sep, { sequence: 1, typeId: 0 }, sep];
  const template = templateProcessor(single, pair);
  const trimmer = buildByteLevel(part);
  return {
    countAdded: (isPair) => template.countAdded(isPair),
    process: (encodings, options) => template.process(trimmer.process(encodings, options), options),
  };
}
