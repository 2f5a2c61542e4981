/**
 * The sample data of the courses, `courses/datasets`, which SQL and `lake fs` see as
 * `/databricks-datasets`: the course's own small tables, and made-up flights in the columns of the
 * US on-time records that the course's third lab reads. A test compares the files with these texts
 * and writes them anew with `npx vitest run test/dev -u`. Deliberately missing: anything large.
 */
import { createRng, type Rng } from "../core/rng.ts";

const FLIGHTS = 700;
const CARRIERS: readonly (readonly [string, number])[] = [
  ["WN", 24],
  ["DL", 20],
  ["AA", 18],
  ["UA", 16],
  ["US", 12],
  ["NW", 7],
  ["HP", 3],
];
/** Miles between airports, great circle, rounded. */
const ROUTES: readonly (readonly [string, string, number])[] = [
  ["SAN", "SFO", 447],
  ["LAX", "SFO", 337],
  ["LAX", "JFK", 2475],
  ["ORD", "DFW", 802],
  ["ATL", "MCO", 404],
  ["ATL", "ORD", 606],
  ["DFW", "PHX", 868],
  ["DEN", "LAX", 862],
  ["BOS", "DCA", 399],
  ["SEA", "DEN", 1024],
];

/** Every file below `courses/datasets` by its path there. */
export function buildSampleDatasets(): Map<string, string> {
  return new Map([
    ["README.md", README],
    ["airlines/README.md", AIRLINES_README],
    ["airlines/part-00000", buildFlights(createRng(1987))],
    ["company/departments.csv", DEPARTMENTS],
    ["company/employees.csv", EMPLOYEES],
    ["retail/raw_orders.csv", RAW_ORDERS],
    ["retail/regions.csv", REGIONS],
    ["retail/sales.csv", SALES],
  ]);
}

const HEADER = [
  "Year,Month,DayofMonth,DayOfWeek,DepTime,CRSDepTime,ArrTime,CRSArrTime,UniqueCarrier,FlightNum",
  "TailNum,ActualElapsedTime,CRSElapsedTime,AirTime,ArrDelay,DepDelay,Origin,Dest,Distance,TaxiIn",
  "TaxiOut,Cancelled,CancellationCode,Diverted,CarrierDelay,WeatherDelay,NASDelay,SecurityDelay",
  "LateAircraftDelay,IsArrDelayed,IsDepDelayed",
].join(",");

function buildFlights(rng: Rng): string {
  const lines = [HEADER];
  for (let i = 0; i < FLIGHTS; i++) lines.push(buildFlight(rng, i).join(","));
  return `${lines.join("\n")}\n`;
}

/** One flight of October 1987; what was not measured then, or did not happen, is `NA`. */
function buildFlight(rng: Rng, index: number): (string | number)[] {
  const day = 1 + Math.floor((index * 31) / FLIGHTS);
  const carrier = pickWeighted(rng, CARRIERS);
  const [from, to, distance] = ROUTES[rng.int(ROUTES.length)]!;
  const [origin, destination] = rng.int(2) === 0 ? [from, to] : [to, from];
  const plannedStart = 360 + 5 * rng.int(192);
  const plannedMinutes = 35 + Math.round(distance / 7.6);
  const isCancelled = rng.next() < 0.015;
  const departureDelay = Math.max(-8, Math.round(4 + 14 * rng.normal() + 30 * rng.next() ** 8));
  const minutes = plannedMinutes + Math.round(6 * rng.normal());
  const arrivalDelay = departureDelay + minutes - plannedMinutes;
  const flown = (value: string | number): string | number => (isCancelled ? "NA" : value);
  return [
    ...[1987, 10, day, ((day + 2) % 7) + 1],
    flown(clockTime(plannedStart + departureDelay)),
    clockTime(plannedStart),
    flown(clockTime(plannedStart + departureDelay + minutes)),
    clockTime(plannedStart + plannedMinutes),
    ...[carrier, 100 + rng.int(1900), "NA"],
    ...[flown(minutes), plannedMinutes, "NA", flown(arrivalDelay), flown(departureDelay)],
    ...[origin, destination, distance, "NA", "NA", isCancelled ? 1 : 0, "NA", 0],
    ...["NA", "NA", "NA", "NA", "NA"],
    !isCancelled && arrivalDelay > 0 ? "YES" : "NO",
    !isCancelled && departureDelay > 0 ? "YES" : "NO",
  ];
}

/** Minutes after midnight as `hhmm` without leading zeros, as the records have it. */
function clockTime(minutes: number): number {
  const wrapped = (minutes + 1440) % 1440;
  return Math.floor(wrapped / 60) * 100 + (wrapped % 60);
}

function pickWeighted(rng: Rng, choices: readonly (readonly [string, number])[]): string {
  let left = rng.int(choices.reduce((sum, [, weight]) => sum + weight, 0));
  for (const [name, weight] of choices) {
    if (left < weight) return name;
    left -= weight;
  }
  throw new Error("weights do not add up");
}

const README = `# Sample datasets

Small files that come with the program. They are read-only, and their place is
\`/databricks-datasets\` in SQL and in \`sovereign lake fs\`, as on the platform.

| folder | what |
|---|---|
| airlines | made-up flights of October 1987 in the columns of the US on-time records |
| company | employees and departments of the Spark operations demo |
| retail | sales, regions and raw orders of the course's labs |
`;

const AIRLINES_README = `# airlines

${FLIGHTS} made-up flights of October 1987. The columns are those of the on-time records that the US
Bureau of Transportation Statistics publishes; the rows come from a seeded generator.
\`part-00000\` is a CSV file with a header. \`NA\` stands where nothing was measured.
`;

const DEPARTMENTS = `dept_id,dept_name,location
1,Engineering,Zurich
2,Marketing,Lisbon
3,Sales,Madrid
4,HR,Zurich
5,Research,Oslo
`;

const EMPLOYEES = `emp_id,name,dept_id,salary,hire_date
1,Alice,1,120000,2020-01-15
2,Bob,1,115000,2019-06-01
3,Carol,2,95000,2021-03-10
4,David,2,88000,2022-07-22
5,Eve,3,105000,2018-11-05
6,Frank,3,98000,2020-09-14
7,Grace,4,85000,2021-12-01
8,Henry,1,130000,2017-04-18
9,Ivy,3,112000,2019-08-30
10,Jack,4,92000,2023-02-11
`;

const REGIONS = `region,territory,manager
West,Pacific,Sarah
East,Atlantic,Mike
North,Central,Lisa
South,Gulf,Tom
`;

const SALES = `sale_id,date,category,product,price,quantity,region
S001,2024-01-01,Electronics,Laptop,999.99,2,West
S002,2024-01-01,Books,Python Guide,49.99,5,East
S003,2024-01-02,Electronics,Phone,699.99,3,West
S004,2024-01-02,Clothing,Jacket,129.99,4,North
S005,2024-01-03,Books,Data Science,59.99,8,East
S006,2024-01-03,Electronics,Tablet,449.99,2,South
S007,2024-01-04,Clothing,Shoes,89.99,6,West
S008,2024-01-04,Electronics,Earbuds,79.99,10,North
S009,2024-01-05,Books,ML Handbook,69.99,3,South
S010,2024-01-05,Clothing,Hat,29.99,15,East
`;

const RAW_ORDERS = `order_id,order_date,category,product,price,quantity,status
O001,2024-01-01,Electronics,Laptop,999.99,1,completed
O002,2024-01-01,Books,Python Guide,49.99,2,completed
O003,2024-01-02,Electronics,Phone,699.99,1,cancelled
O004,2024-01-02,Clothing,Jacket,129.99,3,completed
O005,2024-01-03,Books,ML Handbook,69.99,1,completed
O006,2024-01-03,Electronics,Tablet,449.99,2,completed
O007,2024-01-04,Clothing,Shoes,89.99,2,completed
O008,2024-01-04,Electronics,Earbuds,79.99,5,completed
O009,2024-01-05,Books,Data Science,59.99,3,pending
O010,2024-01-05,Clothing,Hat,29.99,4,completed
`;
