/** The project's lake for a command: opened on first use, closed with the command. */
import { join } from "node:path";

import type { Catalog } from "../../lake/catalog/index.ts";
import type { Lake } from "../../lake/index.ts";
import type { CommandContext } from "../context.ts";
import { sampleMounts } from "./datasets.ts";

/** The catalog alone, for listings: no log, no SQL. */
export async function openProjectCatalog(context: CommandContext): Promise<Catalog> {
  const { createStoreCatalog } = await import("../../lake/catalog/index.ts");
  return createStoreCatalog(await context.store(), context.config.lake.root);
}

/** Opens the lake of the configuration. The engine starts only when a statement needs it. */
export async function openProjectLake(context: CommandContext): Promise<Lake> {
  const { openLake } = await import("../../lake/index.ts");
  const { config, io } = context;
  const lake = await openLake({
    root: config.lake.root,
    store: await context.store(),
    baseFolder: io.cwd,
    fileMounts: sampleMounts(),
    tempDirectory: join(config.home, "tmp"),
    clock: io.clock,
    deletionVectors: config.lake.deletionVectors,
    ...(config.lake.memoryLimit === null ? {} : { memoryLimit: config.lake.memoryLimit }),
    ...(config.lake.threads === null ? {} : { threads: config.lake.threads }),
  });
  const stop = (): void => lake.interrupt();
  io.signal.addEventListener("abort", stop, { once: true });
  context.onClose(async () => {
    io.signal.removeEventListener("abort", stop);
    await lake.close();
  });
  return lake;
}
