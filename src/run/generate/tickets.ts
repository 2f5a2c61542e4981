/** Support tickets: fewer for engaged customers, many more in the month before one drops out. */
import type { Rng } from "../../core/rng.ts";
import { DAY_COUNT, timestampText } from "./calendar.ts";
import { chance, exponential, pick, poisson } from "./draw.ts";
import type { LatentCustomer } from "./latent.ts";
import { TICKET_CATEGORIES } from "./words.ts";

export interface TicketRow {
  ticket_id: string;
  customer_id: number;
  category: string;
  severity: string;
  opened_at: string;
  resolution_hours: number | null;
}

const TROUBLE_DAYS = 30;
const TROUBLE_FACTOR = 6;

/** Tickets in order of opening; some are still open. */
export function drawTickets(rng: Rng, customers: readonly LatentCustomer[]): TicketRow[] {
  const opened: { customer: LatentCustomer; day: number; rng: Rng }[] = [];
  for (const customer of customers) {
    const own = rng.fork(`tickets ${customer.customerId}`);
    const end = Math.min(DAY_COUNT, customer.dropoutDay);
    const trouble = Math.max(customer.activeFrom, customer.dropoutDay - TROUBLE_DAYS);
    const calm = Math.min(end, trouble);
    const spans: [number, number, number][] = [
      [customer.activeFrom, calm, customer.ticketRate],
      [calm, end, customer.ticketRate * TROUBLE_FACTOR],
    ];
    for (const [from, to, rate] of spans) {
      for (let left = poisson(own, rate * (to - from)); left > 0; left--) {
        opened.push({ customer, day: from + own.next() * (to - from), rng: own });
      }
    }
  }
  opened.sort((a, b) => a.day - b.day || a.customer.customerId - b.customer.customerId);
  return opened.map(({ customer, day, rng: own }, i) => {
    const hours = Math.round(exponential(own, 30) * 10) / 10;
    const isOpen = day + hours / 24 >= DAY_COUNT || chance(own, 0.01);
    return {
      ticket_id: `S${String(i + 1).padStart(6, "0")}`,
      customer_id: customer.customerId,
      category: pick(own, TICKET_CATEGORIES),
      severity: pick(own, ["low", "low", "medium", "medium", "high"]),
      opened_at: timestampText(day),
      resolution_hours: isOpen ? null : hours,
    };
  });
}
