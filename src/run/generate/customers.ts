/**
 * The CRM's side of the customers: their profiles, how those change over two years, and the
 * quarterly extracts (new and changed customers) as CSV rows, with the dirt a CRM collects.
 */
import type { Rng } from "../../core/rng.ts";
import { AS_OF, DAY_COUNT, dayOf, dayText, timestampText } from "./calendar.ts";
import { chance, pick } from "./draw.ts";
import type { LatentCustomer } from "./latent.ts";
import { CITIES, FIRST_NAMES, LAST_NAMES } from "./words.ts";

/** Everything is text: that is what a CSV holds. Null is an empty field. */
export type CustomerRow = Record<(typeof CUSTOMER_COLUMNS)[number], string | null>;

export const CUSTOMER_COLUMNS = [
  "customer_id",
  "first_name",
  "last_name",
  "email",
  "phone",
  "city",
  "region",
  "country",
  "marketing_opt_in",
  "signup_date",
  "updated_at",
] as const;

export interface CustomerExtract {
  /** `2024-04-01`, the day the extract was taken. */
  date: string;
  rows: CustomerRow[];
}

interface Profile {
  email: string | null;
  phone: string | null;
  city: number;
  optIn: boolean;
}

const EXTRACT_DATES = [
  "2024-01-01",
  "2024-04-01",
  "2024-07-01",
  "2024-10-01",
  "2025-01-01",
  "2025-04-01",
  "2025-07-01",
  "2025-10-01",
  AS_OF,
];

/** One extract per quarter; a customer is in it when new or changed since the one before. */
export function exportCustomers(rng: Rng, customers: readonly LatentCustomer[]): CustomerExtract[] {
  const extracts = EXTRACT_DATES.map((date): CustomerExtract => ({ date, rows: [] }));
  for (const customer of customers) exportCustomer(rng, customer, extracts);
  return extracts;
}

function exportCustomer(rng: Rng, customer: LatentCustomer, extracts: CustomerExtract[]): void {
  const own = rng.fork(`profile ${customer.customerId}`);
  const firstName = pick(own, FIRST_NAMES);
  const lastName = pick(own, LAST_NAMES);
  const profile = firstProfile(own, { firstName, lastName, id: customer.customerId });
  let changedAt = customer.signupDay + own.next();
  let nextChange = changedAt + changeDelay(own, profile);
  let isExported = false;
  for (const extract of extracts) {
    const day = dayOf(extract.date);
    if (changedAt >= day) continue;
    let hasChanged = !isExported;
    while (nextChange < Math.min(day, DAY_COUNT)) {
      changeProfile(own, profile, { firstName, lastName, id: customer.customerId });
      changedAt = nextChange;
      nextChange = changedAt + changeDelay(own, profile);
      hasChanged = true;
    }
    if (!hasChanged) continue;
    isExported = true;
    const row = exportRow(customer, { firstName, lastName, profile, changedAt });
    const dirty = soil(own, row);
    extract.rows.push(dirty);
    if (chance(own, 0.012)) extract.rows.push(dirty);
    // The id is lost from a repeat only, so that every customer is found somewhere.
    if (chance(own, 0.0006)) extract.rows.push({ ...dirty, customer_id: null });
  }
}

interface Person {
  firstName: string;
  lastName: string;
  id: number;
}

function firstProfile(rng: Rng, person: Person): Profile {
  return {
    email: chance(rng, 0.009) ? brokenEmail(rng, person) : goodEmail(rng, person),
    phone: chance(rng, 0.0015) ? pick(rng, ["n/a", "12345", null]) : goodPhone(rng),
    city: rng.int(CITIES.length),
    optIn: chance(rng, 0.6),
  };
}

/** Days until the next change; broken e-mail addresses tend to be put right soon. */
function changeDelay(rng: Rng, profile: Profile): number {
  const meanDays = isBroken(profile.email) ? 240 : 1200;
  return 1 - Math.log(1 - rng.next()) * meanDays;
}

function isBroken(email: string | null): boolean {
  return email === null || !/^[^@\s]+@[^@\s]+\.[a-z]+$/.test(email);
}

function changeProfile(rng: Rng, profile: Profile, person: Person): void {
  const kind = rng.next();
  if (isBroken(profile.email)) profile.email = goodEmail(rng, person);
  else if (kind < 0.6) profile.city = rng.int(CITIES.length);
  else if (kind < 0.75) profile.email = goodEmail(rng, person);
  else if (kind < 0.85) profile.phone = goodPhone(rng);
  else profile.optIn = !profile.optIn;
}

function goodEmail(rng: Rng, { firstName, lastName, id }: Person): string {
  const name = `${firstName}.${lastName}`.normalize("NFD").replace(/[^A-Za-z.]/g, "");
  const domain = pick(rng, ["example.com", "example.org", "example.net", "mail.example.com"]);
  return `${name.toLowerCase()}${id % 1000}@${domain}`;
}

function brokenEmail(rng: Rng, person: Person): string | null {
  const email = goodEmail(rng, person);
  const kind = rng.int(4);
  if (kind === 0) return null;
  if (kind === 1) return email.replace("@", "");
  return kind === 2 ? email.replace(/@.*/, "@") : email.replace("@", " at ");
}

function goodPhone(rng: Rng): string {
  const digits = String(2_000_000_000 + rng.int(800_000) * 10_000 + rng.int(10_000)).slice(-10);
  const [area, middle, end] = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)];
  const forms = [
    `(${area}) ${middle}-${end}`,
    `+1 ${area}-${middle}-${end}`,
    `${area}.${middle}.${end}`,
    digits,
  ];
  return pick(rng, forms);
}

function exportRow(
  customer: LatentCustomer,
  state: { firstName: string; lastName: string; profile: Profile; changedAt: number },
): CustomerRow {
  const [city, region, country] = CITIES[state.profile.city] as (typeof CITIES)[number];
  return {
    customer_id: String(customer.customerId),
    first_name: state.firstName,
    last_name: state.lastName,
    email: state.profile.email,
    phone: state.profile.phone,
    city,
    region,
    country,
    marketing_opt_in: state.profile.optIn ? "true" : "false",
    signup_date: dayText(customer.signupDay),
    updated_at: timestampText(state.changedAt),
  };
}

/** Spelling noise that cleaning must undo, and a few rows nobody can save. */
function soil(rng: Rng, row: CustomerRow): CustomerRow {
  const dirty = { ...row };
  if (chance(rng, 0.03)) dirty.email = dirty.email === null ? null : dirty.email.toUpperCase();
  if (chance(rng, 0.02)) dirty.email = dirty.email === null ? null : `  ${dirty.email} `;
  if (chance(rng, 0.02)) dirty.city = `${dirty.city?.toUpperCase()}`;
  if (chance(rng, 0.01)) dirty.country = `${dirty.country?.toLowerCase()}`;
  if (chance(rng, 0.02)) dirty.marketing_opt_in = dirty.marketing_opt_in === "true" ? "Y" : "N";
  if (chance(rng, 0.0003)) dirty.signup_date = "2099-01-01";
  return dirty;
}
