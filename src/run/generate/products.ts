/** The product catalogue: what is sold, at which price, how popular; and the catalogue's dirt. */
import type { Rng } from "../../core/rng.ts";
import { dayOf } from "./calendar.ts";
import { chance, pick } from "./draw.ts";
import { BRANDS, CATEGORIES } from "./words.ts";

export interface Product {
  productId: number;
  name: string;
  category: string;
  brand: string;
  cost: number;
  price: number;
  launchedOn: number;
  /** Weight in the choice of a basket; few products make most of the sales. */
  popularity: number;
}

/** A row as the catalogue exports it. */
export interface ProductRow {
  product_id: number;
  name: string | null;
  category: string | null;
  brand: string;
  cost: number;
  price: number | null;
  launched_on: number;
}

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/** Products in order of id. */
export function drawProducts(rng: Rng, count: number): Product[] {
  return Array.from({ length: count }, (_, i) => {
    const own = rng.fork(`product ${i}`);
    const [category, typicalPrice, kinds] = pick(own, CATEGORIES);
    const brand = pick(own, BRANDS);
    const price = Math.max(2, typicalPrice * Math.exp(0.5 * own.normal()));
    const margin = 0.25 + 0.35 * own.next();
    return {
      productId: 5001 + i,
      name: `${brand} ${pick(own, kinds)} ${pick(own, LETTERS)}${own.int(90) + 10}`,
      category,
      brand,
      cost: roundCents(price * (1 - margin)),
      price: roundCents(price),
      launchedOn: dayOf("2019-01-01") + own.int(1700),
      popularity: Math.exp(1.1 * own.normal()),
    };
  });
}

/** The export: a few missing categories, odd spellings, doubled rows and one price below zero. */
export function exportProducts(rng: Rng, products: readonly Product[]): ProductRow[] {
  const rows: ProductRow[] = [];
  for (const product of products) {
    const own = rng.fork(`product row ${product.productId}`);
    const row: ProductRow = {
      product_id: product.productId,
      name: product.name,
      category: product.category,
      brand: product.brand,
      cost: product.cost,
      price: product.price,
      launched_on: product.launchedOn,
    };
    if (chance(own, 0.02)) row.category = own.next() < 0.5 ? null : product.category.toUpperCase();
    if (chance(own, 0.02)) row.name = `  ${product.name} `;
    if (chance(own, 0.003)) row.price = own.next() < 0.5 ? null : -product.price;
    rows.push(row);
    if (chance(own, 0.01)) rows.push(row);
  }
  return rows;
}

/** To whole cents, half away from zero. */
export function roundCents(amount: number): number {
  return Math.round(amount * 100 + Number.EPSILON) / 100;
}
