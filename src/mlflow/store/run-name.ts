/** Names for runs that were given none: `quiet-otter-271`. */
import type { Rng } from "../../core/rng.ts";

const ADJECTIVES =
  "agile amber brave brisk bright calm clever cosy crisp curious deft eager early fair fleet gentle glad golden grand happy hardy humble keen kind lively lucid lucky mellow merry mild modest neat nimble noble patient plucky polite proud quick quiet rapid ready rustic serene sharp shiny silent sleek smooth snug solid spry steady still sunny swift tidy vivid warm wise witty young zesty".split(
    " ",
  );
const NOUNS =
  "alder ant aspen badger bat bear beech birch bison boar brook canyon cedar cliff cloud comet crane crow dale deer delta dove dune eagle elk elm falcon fern finch fjord fox glade goose grove hare harbor hawk heron hill ibex isle jay kite lake lark linden lynx maple marsh meadow mink moose moss newt oak orca otter owl peak pine plover pond quail raven reef ridge river robin rook seal shore snipe sparrow spruce star stoat stork stream swan teal tern thrush tide trout vale vole willow wolf wren yak".split(
    " ",
  );

/** An adjective, a noun and a number up to 1000; at most 20 characters. */
export function makeRunName(rng: Rng): string {
  const adjective = ADJECTIVES[rng.int(ADJECTIVES.length)];
  const noun = NOUNS[rng.int(NOUNS.length)];
  return `${adjective}-${noun}-${rng.int(1001)}`;
}
