/** Names for runs that were given none: `calm-owl-271`, from words that MLflow's names have too. */
import type { Rng } from "../../core/rng.ts";

const ADJECTIVES =
  "able amazing ambitious big bold bouncy bright calm capable carefree caring charming classy clean colorful dapper dashing dazzling efficient fearless flawless fortunate fun funny gentle gifted honorable intelligent inquisitive judicious learned legendary likeable luminous lyrical marvelous melodic nimble orderly peaceful persistent placid polite popular powerful rare resilient respected serious silent sincere skillful smiling spiffy stately stylish thoughtful trusting unique upbeat useful valuable welcoming whimsical wise youthful".split(
    " ",
  );
const NOUNS =
  "ant bat bear bee boar calf carp cod crab crane crow deer dolphin dove duck eel elk fawn finch fox frog goat goose grouse gull hare hawk horse jay kite koi lamb lark loon lynx mink mole moose moth mouse newt owl panda penguin perch quail ray robin rook seal sheep shrew sloth snail snipe squid squirrel stag stoat stork swan tern toad trout turtle vole whale wolf wren yak zebra".split(
    " ",
  );

const MAX_LENGTH = 20;

/** An adjective, a noun and a number up to 1000; at most 20 characters. */
export function makeRunName(rng: Rng): string {
  const adjective = ADJECTIVES[rng.int(ADJECTIVES.length)];
  const noun = NOUNS[rng.int(NOUNS.length)];
  return `${adjective}-${noun}-${rng.int(1001)}`.slice(0, MAX_LENGTH);
}
