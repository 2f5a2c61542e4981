/**
 * Purchases as the shop's event export writes them: one NDJSON file per month, `promo_code` only
 * from 2025 on, late events in the next month's file, resent and broken rows in between.
 */
import type { Rng } from "../../core/rng.ts";
import { DAY_COUNT, dayOf, monthText, seasonMoment, timestampText } from "./calendar.ts";
import { chance, createWeightedDraw, pick, poisson, shuffle } from "./draw.ts";
import { activeWeight, type LatentCustomer } from "./latent.ts";
import { type Product, roundCents } from "./products.ts";
import { CHANNELS, PROMO_CODES } from "./words.ts";

/** A clean purchase; `day` carries the time of day in its fraction. */
export interface Purchase {
  customer: LatentCustomer;
  day: number;
}

export interface TransactionRow {
  transaction_id: string;
  customer_id: number | null;
  product_id: number | null;
  quantity: number | null;
  unit_price: number;
  discount: number;
  channel: string;
  transaction_ts: string;
  promo_code?: string | null;
}

/** Rows of one month's file. */
export interface TransactionFile {
  month: string;
  rows: TransactionRow[];
}

const PROMO_START_DAY = dayOf("2025-01-01");

/**
 * Exactly `count` purchases in order of time, with the calibrated rate per unit of season weight.
 * Drawn a little too many and thinned at random: a thinned Poisson process is one again.
 */
export function drawPurchases(
  rng: Rng,
  customers: readonly LatentCustomer[],
  count: number,
): { purchases: Purchase[]; calibration: number } {
  const exposure = customers.reduce((sum, c) => sum + c.purchaseRate * activeWeight(c), 0);
  const surplus = 1.03 + 6 / Math.sqrt(count);
  const base = (count * surplus) / exposure;
  const drawn: Purchase[] = [];
  for (const customer of customers) {
    const own = rng.fork(`purchases ${customer.customerId}`);
    const to = Math.min(DAY_COUNT, customer.dropoutDay);
    const mean = base * customer.purchaseRate * activeWeight(customer);
    for (let left = poisson(own, mean); left > 0; left--) {
      drawn.push({ customer, day: seasonMoment(customer.activeFrom, to, own.next()) });
    }
  }
  const kept = shuffle(rng.fork("thinning"), drawn).slice(0, count);
  const order = (a: Purchase, b: Purchase): number =>
    a.day - b.day || a.customer.customerId - b.customer.customerId;
  return { purchases: kept.sort(order), calibration: (base * count) / drawn.length };
}

/** Month files of all purchases, dirt included; the number of distinct ids is that of purchases. */
export function exportTransactions(
  rng: Rng,
  purchases: readonly Purchase[],
  products: readonly Product[],
): TransactionFile[] {
  const drawProduct = createWeightedDraw(products.map((product) => product.popularity));
  const files = new Map<string, TransactionRow[]>();
  for (let day = 0; day < DAY_COUNT; day++) files.set(monthText(day), []);
  const months = [...files.keys()];
  const append = (monthIndex: number, row: TransactionRow): void => {
    files.get(months[Math.min(monthIndex, months.length - 1)] as string)?.push(row);
  };
  purchases.forEach((purchase, i) => {
    const own = rng.fork(`transaction ${i}`);
    const product = products[drawProduct(own)] as Product;
    const row = soil(own, describePurchase(own, purchase, { product, id: i + 1 }));
    const monthIndex = months.indexOf(monthText(Math.floor(purchase.day)));
    const fileIndex = monthIndex + (chance(own, 0.02) ? 1 : 0);
    append(fileIndex, row);
    if (chance(own, 0.008)) append(fileIndex, row);
    if (chance(own, 0.003)) append(fileIndex + 1, row);
  });
  return months.map((month) => ({ month, rows: files.get(month) as TransactionRow[] }));
}

function describePurchase(
  rng: Rng,
  { customer, day }: Purchase,
  { product, id }: { product: Product; id: number },
): TransactionRow {
  const quantity = 1 + Math.min(8, poisson(rng, 0.4 * Math.exp(0.4 * customer.engagement)));
  const hasPromo = chance(rng, 0.15);
  const row: TransactionRow = {
    transaction_id: `T${String(id).padStart(8, "0")}`,
    customer_id: customer.customerId,
    product_id: product.productId,
    quantity,
    unit_price: product.price,
    discount: hasPromo ? roundCents(product.price * quantity * 0.1) : 0,
    channel: pick(rng, CHANNELS),
    transaction_ts: timestampText(day),
  };
  if (day >= PROMO_START_DAY) row.promo_code = hasPromo ? pick(rng, PROMO_CODES) : null;
  return row;
}

/** At most one fault per row, so that each quarantined row has one reason. */
function soil(rng: Rng, row: TransactionRow): TransactionRow {
  const dirty = { ...row };
  const fault = rng.next();
  if (fault < 0.003) dirty.customer_id = null;
  else if (fault < 0.005) dirty.quantity = rng.next() < 0.5 ? 0 : -1 - rng.int(3);
  else if (fault < 0.006) dirty.quantity = null;
  else if (fault < 0.007) dirty.unit_price = -row.unit_price;
  else if (fault < 0.0075) dirty.quantity = 10_000 + rng.int(90_000);
  else if (fault < 0.0085) dirty.product_id = 9_000_000 + rng.int(1000);
  else if (fault < 0.0092) dirty.transaction_ts = `2031-${row.transaction_ts.slice(5)}`;
  else if (fault < 0.0098) dirty.transaction_ts = `1970-01-01T00:00:0${rng.int(10)}Z`;
  else if (fault < 0.03) dirty.channel = row.channel.toUpperCase();
  return dirty;
}
