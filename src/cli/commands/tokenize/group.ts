/** The `tokenize` group of the command tree; see `../index.ts`. */
import type { CommandGroup } from "../../command.ts";

export const TOKENIZE_GROUP: CommandGroup = {
  name: "tokenize",
  heading: "GenAI",
  summary: "Text to tokens and back, with any tokenizer's own file",
  verbs: [
    { name: "encode", summary: "Turn text into token ids", load: () => import("./encode.ts") },
    { name: "decode", summary: "Turn token ids into text", load: () => import("./decode.ts") },
    { name: "count", summary: "Count the tokens of files", load: () => import("./count.ts") },
    {
      name: "inspect",
      summary: "Show a tokenizer, or the pieces of a text",
      load: () => import("./inspect.ts"),
    },
    {
      name: "corpus",
      summary: "Show how well a tokenizer fits texts",
      load: () => import("./corpus.ts"),
    },
    {
      name: "chat",
      summary: "Turn messages into the prompt of a chat model",
      load: () => import("./chat.ts"),
    },
    {
      name: "convert",
      summary: "Write a tokenizer as another kind of file",
      load: () => import("./convert.ts"),
    },
    {
      name: "train",
      summary: "Learn a tokenizer from text",
      load: () => import("./train.ts"),
    },
  ],
};
