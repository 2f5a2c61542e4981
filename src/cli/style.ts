/**
 * Colour and symbols. House order: `--no-color`, then NO_COLOR, then FORCE_COLOR, then whether the
 * stream is a terminal. Text reads the same without colour; symbols have ASCII forms.
 */
import { type Environment, readTerminalEnvironment } from "../core/config/environment.ts";
import type { Sink } from "./io.ts";

export interface Style {
  readonly enabled: boolean;
  readonly unicode: boolean;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

const same = (text: string) => text;

/** Of texts that go into files. */
export const PLAIN_STYLE: Style = {
  enabled: false,
  unicode: true,
  bold: same,
  dim: same,
  red: same,
  green: same,
  yellow: same,
  cyan: same,
};

/** The style for one stream. */
export function createStyle(sink: Sink, env: Environment, noColor: boolean): Style {
  const terminal = readTerminalEnvironment(env);
  const enabled =
    !noColor && !terminal.noColor && (terminal.forceColor || (sink.isTTY && !terminal.isDumb));
  const paint = (open: number, close: number) => (text: string) =>
    enabled && text !== "" ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    enabled,
    unicode: terminal.isUnicode && !terminal.isDumb,
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}
