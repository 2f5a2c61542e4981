/** The project's collections, in `vector` below its home folder. */
import { join } from "node:path";

import { type Collection, VectorStore } from "../../vector/index.ts";
import type { CommandContext } from "../context.ts";

/** The collections by name; nothing is opened or made. */
export function projectCollections(context: CommandContext): VectorStore {
  return new VectorStore(join(context.config.home, "vector"));
}

/** Opens a collection until the command ends. */
export async function openCollection(
  context: CommandContext,
  name: string,
  mode: "read" | "write",
): Promise<Collection> {
  const collection = await projectCollections(context).open(name, mode);
  context.onClose(() => collection.close());
  return collection;
}
