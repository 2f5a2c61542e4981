/**
 * The demo's sources: a landing zone as three systems would fill it, and beside it a truth file the
 * pipeline must never read. The same options give the same bytes. The folder appears complete or
 * not at all: it is written under a temporary name and renamed.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { createFolders, errnoOf, tempPathFor } from "../../core/io/index.ts";
import { createRng } from "../../core/rng.ts";
import { AS_OF, CHURN_DAYS, DAY_COUNT, dayText } from "./calendar.ts";
import { CUSTOMER_COLUMNS, exportCustomers } from "./customers.ts";
import { encodeCsv, encodeNdjson, encodeProductsParquet } from "./files.ts";
import { drawLatentCustomers, type LatentCustomer, silenceProbability } from "./latent.ts";
import type { DemoManifest } from "./manifest.ts";
import { drawProducts, exportProducts } from "./products.ts";
import { drawTickets } from "./tickets.ts";
import { drawPurchases, exportTransactions, type Purchase } from "./transactions.ts";

/** Name of the manifest in a demo folder; it is written last. */
export const MANIFEST_NAME = "manifest.json";

/** How much to make; the same options make the same bytes. */
export interface DemoOptions {
  seed: number;
  customers: number;
  transactions: number;
  products: number;
}

/** What `sovereign start` makes. */
export const DEMO_DEFAULTS: DemoOptions = {
  seed: 42,
  customers: 10_000,
  transactions: 50_000,
  products: 1_000,
};

/**
 * Makes the sources at `folder` unless they are there already. Nothing is ever overwritten: a folder
 * made with other options, or by something else, is RESOURCE_ALREADY_EXISTS; one that lost a file,
 * or part of one, is DATA_LOSS. Files that were added to it are left alone.
 */
export async function ensureDemo(
  folder: string,
  options: DemoOptions = DEMO_DEFAULTS,
): Promise<{ manifest: DemoManifest; isNew: boolean }> {
  const found = await findDemo(folder, options);
  if (found !== null) return { manifest: found, isNew: false };
  const files = await buildFiles(options);
  const draft = tempPathFor(folder);
  createFolders(dirname(folder));
  try {
    for (const [path, bytes] of files.contents) {
      createFolders(dirname(join(draft, path)));
      await writeFile(join(draft, path), bytes, { flush: true });
    }
    await writeFile(join(draft, MANIFEST_NAME), `${JSON.stringify(files.manifest, null, 2)}\n`, {
      flush: true,
    });
    await rename(draft, folder);
  } catch (error) {
    const isLost = ["ENOTEMPTY", "EEXIST"].includes(errnoOf(error));
    // Another process made the same folder first.
    const theirs = isLost ? await findDemo(folder, options) : null;
    if (theirs === null) throw error;
    return { manifest: theirs, isNew: false };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return { manifest: files.manifest, isNew: true };
}

/** The manifest of the demo at `folder`, or null when nothing is there. Errors as `ensureDemo`. */
export async function findDemo(
  folder: string,
  options: DemoOptions = DEMO_DEFAULTS,
): Promise<DemoManifest | null> {
  if (!existsSync(folder)) return null;
  const { checkDemo } = await import("./manifest.ts");
  return checkDemo(folder, options);
}

/** Every file of the demo by its path below the folder, and the manifest that describes them. */
export async function buildFiles(options: DemoOptions): Promise<{
  contents: ReadonlyMap<string, string | Uint8Array>;
  manifest: DemoManifest;
}> {
  const rng = createRng(options.seed);
  const latent = drawLatentCustomers(rng, options.customers);
  const products = drawProducts(rng, options.products);
  const { purchases, calibration } = drawPurchases(rng, latent, options.transactions);
  const extracts = exportCustomers(rng, latent);
  const months = exportTransactions(rng, purchases, products);
  const productRows = exportProducts(rng, products);
  const tickets = drawTickets(rng, latent);

  const contents = new Map<string, string | Uint8Array>();
  for (const { date, rows } of extracts) {
    contents.set(`landing/customers/customers_${date}.csv`, encodeCsv(CUSTOMER_COLUMNS, rows));
  }
  for (const { month, rows } of months) {
    contents.set(`landing/transactions/transactions_${month}.ndjson`, encodeNdjson(rows));
  }
  contents.set("landing/products/products.parquet", await encodeProductsParquet(productRows));
  contents.set("landing/support_tickets/tickets.ndjson", encodeNdjson(tickets));
  contents.set("truth/churn.csv", encodeTruth(latent, purchases, calibration));

  const manifest: DemoManifest = {
    format: 1,
    ...options,
    as_of: AS_OF,
    churn_days: CHURN_DAYS,
    rows: {
      customers: extracts.reduce((sum, extract) => sum + extract.rows.length, 0),
      transactions: months.reduce((sum, file) => sum + file.rows.length, 0),
      products: productRows.length,
      support_tickets: tickets.length,
    },
    files: contents.size,
    sizes: Object.fromEntries(
      [...contents].map(([path, bytes]) => [path, Buffer.byteLength(bytes)]),
    ),
    digest: digestOf(contents),
  };
  return { contents, manifest };
}

function encodeTruth(
  latent: readonly LatentCustomer[],
  purchases: readonly Purchase[],
  calibration: number,
): string {
  const recent = new Set<number>();
  for (const { customer, day } of purchases) {
    if (day >= DAY_COUNT - CHURN_DAYS) recent.add(customer.customerId);
  }
  const columns = [
    "customer_id",
    "engagement",
    "purchases_per_day",
    "dropped_out_on",
    "p_no_purchase_60d",
    "no_purchase_60d",
  ] as const;
  const rows = latent.map((customer) => {
    const rate = calibration * customer.purchaseRate;
    return {
      customer_id: customer.customerId,
      engagement: customer.engagement.toFixed(6),
      purchases_per_day: rate.toFixed(8),
      dropped_out_on: customer.dropoutDay < DAY_COUNT ? dayText(customer.dropoutDay) : null,
      p_no_purchase_60d: silenceProbability(customer, rate).toFixed(6),
      no_purchase_60d: recent.has(customer.customerId) ? 0 : 1,
    };
  });
  return encodeCsv(columns, rows);
}

function digestOf(contents: ReadonlyMap<string, string | Uint8Array>): string {
  const hash = createHash("sha256");
  for (const path of [...contents.keys()].sort()) {
    hash.update(`${path}\0`).update(contents.get(path) as string | Uint8Array);
  }
  return hash.digest("hex");
}
