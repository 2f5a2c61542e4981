/**
 * What the bundled pipeline must arrive at, worked out from the files in plain TypeScript: the rules
 * of `courses/platform/sql` written a second time, by hand, without SQL.
 */

type Text = string | null;
type Row = Record<string, Text>;

export interface Expected {
  bronze: Record<"customers" | "products" | "transactions" | "support_tickets", number>;
  customerVersions: number;
  currentCustomers: number;
  missingPhones: number;
  customerReasons: Record<string, number>;
  products: number;
  productReasons: Record<string, number>;
  transactions: number;
  transactionReasons: Record<string, number>;
  lateTransactions: number;
  /** Sum of amounts in cents. */
  revenueCents: number;
  promoOrders: number;
  tickets: number;
  dailySales: number;
  tiers: Record<string, number>;
}

interface Transaction {
  transaction_id: string;
  customer_id: number | null;
  product_id: number;
  quantity: number | null;
  unit_price: number;
  discount: number;
  channel: string;
  transaction_ts: string;
  promo_code?: string | null;
}

interface ProductRow {
  product_id: number;
  name: string | null;
  price: number | null;
}

/** `products` are the rows of the Parquet file as another reader sees them. */
export function expectPipeline(
  contents: ReadonlyMap<string, string | Uint8Array>,
  products: readonly ProductRow[],
): Expected {
  const customers = expectCustomers(contents);
  const catalogue = expectProducts(products);
  const sales = expectTransactions(contents, customers.known, catalogue.known);
  const tickets = [...filesUnder(contents, "landing/support_tickets/")].flatMap(([, text]) =>
    parseLines<{ customer_id: number }>(text),
  );
  return {
    bronze: {
      customers: customers.rowCount,
      products: products.length,
      transactions: sales.rowCount,
      support_tickets: tickets.length,
    },
    ...customers.expected,
    ...catalogue.expected,
    ...sales.expected,
    tickets: tickets.filter((ticket) => customers.known.has(ticket.customer_id)).length,
    tiers: expectTiers(customers.known, sales.spendCents),
  };
}

function expectCustomers(contents: ReadonlyMap<string, string | Uint8Array>) {
  const reasons = new Map<string, string>();
  const versions = new Map<
    number,
    Map<string, { file: string; description: string; phone: Text }>
  >();
  let rowCount = 0;
  for (const [path, text] of filesUnder(contents, "landing/customers/")) {
    for (const row of parseCsv(text)) {
      rowCount++;
      const reason = judgeCustomer(row);
      if (reason !== null) {
        reasons.set(JSON.stringify([path, row]), reason);
        continue;
      }
      const id = Number(row.customer_id);
      const own = versions.get(id) ?? new Map();
      versions.set(id, own);
      const phone = cleanPhone(row.phone ?? null);
      const at = row.updated_at as string;
      if (!own.has(at)) own.set(at, { file: path, description: describe(row, phone), phone });
    }
  }
  let versionCount = 0;
  let missingPhones = 0;
  for (const own of versions.values()) {
    const ordered = [...own.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, v]) => v);
    const changes = ordered.filter((v, i) => v.description !== ordered[i - 1]?.description);
    versionCount += changes.length;
    if (changes.at(-1)?.phone === null) missingPhones++;
  }
  return {
    rowCount,
    known: new Set(versions.keys()),
    expected: {
      customerVersions: versionCount,
      currentCustomers: versions.size,
      missingPhones,
      customerReasons: countBy([...reasons.values()]),
    },
  };
}

function judgeCustomer(row: Row): string | null {
  if (row.customer_id === null) return "missing customer_id";
  if (row.email === null) return "missing email";
  const email = (row.email as string).trim().toLowerCase();
  if (!/^[a-z0-9._%+-]+@([a-z0-9-]+\.)+[a-z]{2,}$/.test(email)) return "invalid email";
  if ((row.signup_date as string) > "2027") return "signup_date out of range";
  return null;
}

function cleanPhone(phone: Text): Text {
  const digits = (phone ?? "").replace(/\D/g, "");
  if (digits.length === 10) return `+1${digits}`;
  return digits.length === 11 && digits.startsWith("1") ? `+${digits}` : null;
}

function describe(row: Row, phone: Text): string {
  const fold = (name: string): string => (row[name] ?? "").trim().toLowerCase();
  const names = ["first_name", "last_name", "email", "city", "region", "country", "signup_date"];
  const optIn = ["true", "y"].includes(fold("marketing_opt_in"));
  return JSON.stringify([names.map(fold), phone, optIn]);
}

function expectProducts(rows: readonly ProductRow[]) {
  const reasons = new Map<string, string>();
  const known = new Set<number>();
  for (const row of rows) {
    const isPriced = row.price !== null && row.price > 0;
    if (isPriced) known.add(row.product_id);
    else reasons.set(JSON.stringify([row.product_id, row.name, row.price]), "price out of range");
  }
  const expected = { products: known.size, productReasons: countBy([...reasons.values()]) };
  return { known, expected };
}

function expectTransactions(
  contents: ReadonlyMap<string, string | Uint8Array>,
  customers: ReadonlySet<number>,
  products: ReadonlySet<number>,
) {
  const reasons = new Map<string, string>();
  const kept = new Map<string, Transaction & { month: string }>();
  let rowCount = 0;
  for (const [path, text] of filesUnder(contents, "landing/transactions/")) {
    const month = /_(\d{4}-\d{2})\./.exec(path)?.[1] as string;
    for (const row of parseLines<Transaction>(text)) {
      rowCount++;
      const reason = judgeTransaction(row, customers, products);
      if (reason !== null) reasons.set(JSON.stringify({ ...row, channel: 0, discount: 0 }), reason);
      else if (!kept.has(row.transaction_id)) kept.set(row.transaction_id, { ...row, month });
    }
  }
  const rows = [...kept.values()];
  const cents = (row: Transaction): number =>
    Math.round(row.unit_price * 100) * (row.quantity as number) - Math.round(row.discount * 100);
  const spendCents = new Map<number, number>();
  for (const row of rows) {
    const id = row.customer_id as number;
    spendCents.set(id, (spendCents.get(id) ?? 0) + cents(row));
  }
  return {
    rowCount,
    spendCents,
    expected: {
      transactions: rows.length,
      transactionReasons: countBy([...reasons.values()]),
      lateTransactions: rows.filter((row) => row.month > row.transaction_ts.slice(0, 7)).length,
      revenueCents: rows.reduce((sum, row) => sum + cents(row), 0),
      promoOrders: rows.filter((row) => (row.promo_code ?? null) !== null).length,
      dailySales: new Set(
        rows.map((row) => row.transaction_ts.slice(0, 10) + row.channel.toLowerCase()),
      ).size,
    },
  };
}

function judgeTransaction(
  row: Transaction,
  customers: ReadonlySet<number>,
  products: ReadonlySet<number>,
): string | null {
  if (row.customer_id === null) return "missing customer_id";
  if (!customers.has(row.customer_id)) return "unknown customer";
  if (!products.has(row.product_id)) return "unknown product";
  if (row.quantity === null) return "missing quantity";
  if (row.quantity < 1 || row.quantity > 1000) return "quantity out of range";
  if (row.unit_price <= 0) return "price out of range";
  if (row.transaction_ts.startsWith("2031-02-29")) return "invalid timestamp";
  if (row.transaction_ts > "2026-01-01") return "timestamp in the future";
  if (row.transaction_ts < "2020-01-01") return "timestamp too old";
  return null;
}

function expectTiers(customers: ReadonlySet<number>, spend: ReadonlyMap<number, number>) {
  const ranked = [...spend].sort(([a, x], [b, y]) => y - x || a - b).map(([id]) => id);
  const tiers = ranked.map((_, i) => {
    const rank = i / (ranked.length - 1);
    if (rank <= 0.05) return "platinum";
    if (rank <= 0.2) return "gold";
    return rank <= 0.5 ? "silver" : "bronze";
  });
  const none = [...customers].filter((id) => !spend.has(id)).map(() => "none");
  return countBy([...tiers, ...none]);
}

function* filesUnder(contents: ReadonlyMap<string, string | Uint8Array>, folder: string) {
  const paths = [...contents.keys()].filter((path) => path.startsWith(folder)).sort();
  for (const path of paths) yield [path, String(contents.get(path))] as const;
}

function parseLines<T>(text: string): T[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}

/** CSV without line breaks inside fields; an empty unquoted field is null. */
function parseCsv(text: string): Row[] {
  const [head, ...lines] = text.trimEnd().split("\n");
  const names = (head as string).split(",");
  return lines.map((line) => {
    const fields = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? (plain === "" ? null : plain),
    );
    return Object.fromEntries(names.map((name, i) => [name, fields[i] ?? null]));
  });
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
