/** What a demo folder says of itself, and whether the folder still holds it. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

import { SovereignError } from "../../core/errors.ts";
import { type DemoOptions, MANIFEST_NAME } from "./generate.ts";

/** The content of `manifest.json`. */
export interface DemoManifest extends DemoOptions {
  format: 1;
  /** The day the sources end with, and the days without a purchase that mean churn. */
  as_of: string;
  churn_days: number;
  /** Rows by source as they lie in the landing zone, repeats included. */
  rows: Record<"customers" | "transactions" | "products" | "support_tickets", number>;
  files: number;
  /** Bytes by path; folders made before it was kept have none. */
  sizes: Record<string, number>;
  /** SHA-256 over every file's path and bytes. */
  digest: string;
}

const count = z.number().int().nonnegative();

const MANIFEST: z.ZodType<DemoManifest> = z.object({
  format: z.literal(1),
  seed: z.number(),
  customers: count,
  transactions: count,
  products: count,
  as_of: z.string(),
  churn_days: count,
  rows: z.object({
    customers: count,
    transactions: count,
    products: count,
    support_tickets: count,
  }),
  files: count,
  sizes: z.record(z.string(), count).default({}),
  digest: z.string(),
});

/** The manifest of a folder made with these options, its files there and none cut short. */
export async function checkDemo(folder: string, options: DemoOptions): Promise<DemoManifest> {
  const manifest = readManifest(folder);
  const differing = (Object.keys(options) as (keyof DemoOptions)[]).find(
    (name) => manifest[name] !== options[name],
  );
  if (differing !== undefined) {
    throw new SovereignError(
      "RESOURCE_ALREADY_EXISTS",
      `\`${folder}\` was made with ${differing} ${manifest[differing]}, not ${options[differing]}`,
      { hint: "move that folder away, or choose another one" },
    );
  }
  for (const [path, sizeBytes] of Object.entries(manifest.sizes)) {
    const file = join(folder, path);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat?.isFile() && stat.size >= sizeBytes) continue;
    const what =
      stat === undefined
        ? "is missing"
        : stat.isFile()
          ? `is cut short: ${stat.size} of ${sizeBytes} bytes`
          : "is no file";
    throw new SovereignError("DATA_LOSS", `the demo file \`${file}\` ${what}`, {
      hint: `move \`${folder}\` away: it is then made again, the same byte for byte`,
      details: { file, size_bytes: stat?.size ?? null, expected_bytes: sizeBytes },
    });
  }
  return manifest;
}

function readManifest(folder: string): DemoManifest {
  const path = join(folder, MANIFEST_NAME);
  try {
    return MANIFEST.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new SovereignError(
      "RESOURCE_ALREADY_EXISTS",
      `\`${folder}\` is there and has no readable ${MANIFEST_NAME}: not a demo, or a damaged one`,
      { hint: "move that folder away: the demo's files are then made again", cause },
    );
  }
}
