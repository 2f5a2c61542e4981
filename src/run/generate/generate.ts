/**
 * The demo's sources: a landing zone as three systems would fill it, and beside it a truth file the
 * pipeline must never read. The same options give the same bytes. The folder appears complete or
 * not at all: it is written under a temporary name and renamed.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { SovereignError } from "../../core/errors.ts";
import { createFolders, tempPathFor } from "../../core/io/index.ts";
import { createRng } from "../../core/rng.ts";
import { AS_OF, CHURN_DAYS, DAY_COUNT, dayText } from "./calendar.ts";
import { CUSTOMER_COLUMNS, exportCustomers } from "./customers.ts";
import { encodeCsv, encodeNdjson, encodeProductsParquet } from "./files.ts";
import { drawLatentCustomers, type LatentCustomer, silenceProbability } from "./latent.ts";
import { drawProducts, exportProducts } from "./products.ts";
import { drawTickets } from "./tickets.ts";
import { drawPurchases, exportTransactions, type Purchase } from "./transactions.ts";

export interface DemoOptions {
  seed: number;
  customers: number;
  transactions: number;
  products: number;
}

export const DEMO_DEFAULTS: DemoOptions = {
  seed: 42,
  customers: 10_000,
  transactions: 50_000,
  products: 1_000,
};

/** Written last into the folder; says what it holds. */
export interface DemoManifest extends DemoOptions {
  format: 1;
  as_of: string;
  churn_days: number;
  /** Rows by source as they lie in the landing zone, repeats included. */
  rows: Record<"customers" | "transactions" | "products" | "support_tickets", number>;
  files: number;
  /** SHA-256 over every file's path and bytes. */
  digest: string;
}

/** Name of the manifest in a demo folder. */
export const MANIFEST_NAME = "manifest.json";

/**
 * Makes the sources at `folder` unless they are there already. A folder made with other options is
 * RESOURCE_ALREADY_EXISTS: nothing is ever overwritten.
 */
export async function ensureDemo(
  folder: string,
  options: DemoOptions = DEMO_DEFAULTS,
): Promise<{ manifest: DemoManifest; isNew: boolean }> {
  if (existsSync(folder)) {
    const manifest = await readManifest(folder);
    const isSame = (Object.keys(options) as (keyof DemoOptions)[]).every(
      (name) => manifest?.[name] === options[name],
    );
    if (manifest !== null && isSame) return { manifest, isNew: false };
    throw new SovereignError("RESOURCE_ALREADY_EXISTS", `\`${folder}\` holds something else`, {
      hint: "move that folder away, or choose another one",
    });
  }
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
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return { manifest: files.manifest, isNew: true };
}

async function readManifest(folder: string): Promise<DemoManifest | null> {
  try {
    return JSON.parse(await readFile(join(folder, MANIFEST_NAME), "utf8")) as DemoManifest;
  } catch {
    // Missing or unreadable: the folder is not ours.
    return null;
  }
}

/** Every file of the demo by its path below the folder, and the manifest that describes them. */
export async function buildFiles(options: DemoOptions) {
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
