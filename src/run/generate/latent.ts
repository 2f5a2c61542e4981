/**
 * What really drives each customer, hidden from the pipeline. One number, the engagement
 * z ~ N(0,1), sets how often they buy, how much at a time, how often they need support and how
 * soon they drop out for good. With it the true chance of silence over the churn window is known.
 */
import type { Rng } from "../../core/rng.ts";
import { CHURN_DAYS, DAY_COUNT, seasonSum, seasonWeight } from "./calendar.ts";
import { exponential } from "./draw.ts";

export interface LatentCustomer {
  customerId: number;
  engagement: number;
  /** Day of signing up; negative before the history starts. */
  signupDay: number;
  /** First day they can buy on. */
  activeFrom: number;
  /** First day they are gone; DAY_COUNT or later when they stay. */
  dropoutDay: number;
  /** Purchases per day of season weight 1, before calibration. */
  purchaseRate: number;
  ticketRate: number;
  /** Chance of dropping out on any day. */
  dropoutHazard: number;
}

const FIRST_CUSTOMER_ID = 100_001;
/** Everyone has signed up this long before the end, so that a churn label means something. */
const NEWEST_SIGNUP_DAY = DAY_COUNT - 2 * CHURN_DAYS;

/** Customers in order of id; ids are in no relation to anything else. */
export function drawLatentCustomers(rng: Rng, count: number): LatentCustomer[] {
  return Array.from({ length: count }, (_, i) => {
    const own = rng.fork(`latent ${i}`);
    const engagement = own.normal();
    const signupDay = own.int(NEWEST_SIGNUP_DAY + 540) - 540;
    const activeFrom = Math.max(0, signupDay);
    const dropoutHazard = Math.min(0.05, 0.0011 * Math.exp(-0.9 * engagement));
    const life = Math.floor(exponential(own, 1 / -Math.log(1 - dropoutHazard)));
    return {
      customerId: FIRST_CUSTOMER_ID + i,
      engagement,
      signupDay,
      activeFrom,
      dropoutDay: activeFrom + 1 + life,
      purchaseRate: Math.exp(0.75 * engagement),
      ticketRate: 0.0007 * Math.exp(-0.5 * engagement),
      dropoutHazard,
    };
  });
}

/** Season weight of the days on which the customer can buy. */
export function activeWeight(customer: LatentCustomer): number {
  return seasonSum(customer.activeFrom, Math.min(DAY_COUNT, customer.dropoutDay));
}

/**
 * The true probability of no purchase in the last CHURN_DAYS, given everything latent and whether
 * the customer was still there when the window opened. `ratePerWeight` is the calibrated purchase
 * rate per unit of season weight.
 */
export function silenceProbability(customer: LatentCustomer, ratePerWeight: number): number {
  const windowStart = DAY_COUNT - CHURN_DAYS;
  if (customer.dropoutDay <= windowStart) return 1;
  let stays = 1;
  let weight = 0;
  let silence = 0;
  // As drawn above, nobody drops out on the day they become active.
  const firstRisk = Math.max(windowStart, customer.activeFrom + 1);
  for (let day = windowStart; day < DAY_COUNT; day++) {
    if (day >= firstRisk) {
      silence += stays * customer.dropoutHazard * Math.exp(-ratePerWeight * weight);
      stays *= 1 - customer.dropoutHazard;
    }
    weight += seasonWeight(day);
  }
  return silence + stays * Math.exp(-ratePerWeight * weight);
}
