import { expect, test } from "vitest";

import {
  type ChartSpec,
  displayWidth,
  renderChart,
  renderSparkline,
} from "../../../src/core/plot/index.ts";
import { niceTicks } from "../../../src/core/plot/scale.ts";
import { createRng } from "../../../src/core/rng.ts";

const size = { width: 40, ascii: false, color: false };

test("bars are proportional, to an eighth of a cell", () => {
  const points = [
    { x: "east", y: 100 },
    { x: "west", y: 50 },
    { x: "north", y: 1 },
    { x: "none", y: null },
  ];
  expect(renderChart({ mark: "bar", title: "sales", points }, size)).toMatchInlineSnapshot(`
    [
      "sales",
      "east  ██████████████████████████████ 100",
      "west  ███████████████                 50",
      "north ▎                                1",
      "none                                   -",
    ]
  `);
  expect(renderChart({ mark: "bar", points }, { ...size, ascii: true })).toMatchInlineSnapshot(`
    [
      "east  ############################## 100",
      "west  ###############                 50",
      "north                                  1",
      "none                                   -",
    ]
  `);
});

test("negative bars share a zero line", () => {
  const points = [
    { x: "a", y: -5 },
    { x: "b", y: 10 },
  ];
  expect(renderChart({ mark: "bar", points }, size)).toMatchInlineSnapshot(`
    [
      "a ████████████                        -5",
      "b             ███████████████████████ 10",
    ]
  `);
});

test("a line on braille dots with round ticks", () => {
  const points = Array.from({ length: 60 }, (_, i) => ({ x: i, y: Math.sin(i / 6) * 10 }));
  const spec: ChartSpec = { mark: "line", points, xLabel: "t" };
  expect(renderChart(spec, { ...size, height: 8 })).toMatchInlineSnapshot(`
    [
      " 10    ⢠⠊⠉⠑⢢                 ⢠⠔⠉⠑⢄⡀",
      "      ⢠⠃    ⠑⢄              ⡰⠁    ⠘⡄",
      "     ⡔⠁      ⠘⡄            ⢰⠁      ⠸⡀",
      "    ⡸         ⠸⡀          ⡰⠁        ⠱⡀",
      "  0 ⠁          ⠱⡀        ⡰⠁          ⠑⡄",
      "                ⠑⡄      ⢠⠃            ⠱",
      "                 ⠘⡄    ⡠⠃",
      "-10               ⠘⢄⣀⡠⠊",
      "    0              29.5              59",
      "                     t",
    ]
  `);
  expect(renderChart(spec, { ...size, height: 8, ascii: true })).toMatchInlineSnapshot(`
    [
      " 10     ****                 *****",
      "      **   ***              **   **",
      "     **      **            **      *",
      "     *        *           *         *",
      "  0 *          **        *           *",
      "                **      *             *",
      "                 **   ***",
      "-10                ****",
      "    0              29.5              59",
      "                     t",
    ]
  `);
});

test("two series, categories and a gap", () => {
  const points = ["mon", "tue", "wed", "thu"].flatMap((x, i) => [
    { x, y: i, series: "up" },
    { x, y: i === 1 ? null : 3 - i, series: "down" },
  ]);
  expect(renderChart({ mark: "line", points }, { ...size, height: 4 })).toMatchInlineSnapshot(`
    [
      "4 ",
      "  ⠁                         ⢀⣀⣀⡠⠤⠤●⠒⠒⠊⠉",
      "2            ⣀⣀⣀⡠⠤●⠤⠔⠒⠒⠒⠊⠉⢉⣉⠁",
      "0 ●⣀⠤⠤⠤⠒⠒⠒●⠉⠉               ⠉⠉⠉○⠒⠒⠤⠤⠤⣀⣀",
      "  mon        tue                    thu",
      "● up  ○ down",
    ]
  `);
});

test("two categories are each named once", () => {
  const points = ["first", "second"].map((x, y) => ({ x, y }));
  const axis = renderChart({ mark: "line", points }, { ...size, height: 4 }).at(-1)!;
  expect(axis.trim().split(/\s+/)).toEqual(["first", "second"]);
});

test("a histogram counts every value once", () => {
  const points = [1, 1, 2, 3, 3, 3, 9.99, 10].map((y) => ({ x: "", y }));
  expect(renderChart({ mark: "hist", points, bins: 5 }, size)).toMatchInlineSnapshot(`
    [
      "0 – 2  ███████████████▌                2",
      "2 – 4  ███████████████████████████████ 4",
      "4 – 6                                  0",
      "6 – 8                                  0",
      "8 – 10 ███████████████▌                2",
    ]
  `);
});

test("sparkline", () => {
  expect(renderSparkline([0, 1, 2, 3, null, 7])).toBe("▁▂▃▄ █");
  expect(renderSparkline([5, 5])).toBe("▅▅");
  expect(renderSparkline([0, 7], true)).toBe("_#");
});

test("never wider than asked, whatever the data", () => {
  const rng = createRng(7);
  for (let round = 0; round < 200; round++) {
    const width = 20 + rng.int(100);
    const points = Array.from({ length: rng.int(30) }, (_, i) => ({
      x: rng.next() < 0.5 ? "漢字とemoji 🎉 name".slice(rng.int(6)) : i,
      y: [null, 0, Number.NaN, 1e300, -1e300, 1e-9, rng.normal() * 1000][rng.int(7)] as number,
    }));
    for (const mark of ["bar", "line", "hist", "sparkline"] as const) {
      for (const line of renderChart({ mark, points }, { width, ascii: false, color: false })) {
        expect.soft(displayWidth(line)).toBeLessThanOrEqual(width);
      }
    }
  }
});

test("ticks are round and cover the range", () => {
  expect(niceTicks(0, 97, 4)).toEqual([0, 25, 50, 75, 100]);
  expect(niceTicks(-3, 3, 3)).toEqual([-4, -2, 0, 2, 4]);
  expect(niceTicks(5, 5, 2)[0]).toBeLessThan(5);
  expect(niceTicks(0.1, 0.3, 2)).toEqual([0.1, 0.2, 0.3]);
});

test("nothing to draw says so; colour wraps marks only", () => {
  expect(renderChart({ mark: "line", points: [] }, size)).toEqual(["(no values to draw)"]);
  const bar = { mark: "bar", points: [{ x: "a", y: 1 }] } as const;
  const plain = renderChart(bar, size).join("");
  const colored = renderChart(bar, { ...size, color: true }).join("");
  expect(colored.split("\u001b[36m").join("").split("\u001b[39m").join("")).toBe(plain);
});
