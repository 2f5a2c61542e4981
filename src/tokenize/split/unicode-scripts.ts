/**
 * Cutting where the script changes, as SentencePiece's trainer does: kana count as Han, a space goes
 * with anything. Of `tokenizers`' `UnicodeScripts`.
 */
import { type AlignedText, sliceText } from "../text/aligned-text.ts";

const NAMES =
  "Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Common Coptic Cuneiform Cypriot Cyrillic Deseret Devanagari Duployan Egyptian_Hieroglyphs Elbasan Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati Gurmukhi Han Hangul Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kayah_Li Kharoshthi Khmer Khojki Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Malayalam Mandaic Manichaean Marchen Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar Nabataean New_Tai_Lue Newa Nko Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_South_Arabian Old_Turkic Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sora_Sompeng Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Ugaritic Vai Warang_Citi Yi".split(
    " ",
  );
const EXPRESSIONS = NAMES.map((name) => ({
  name,
  expression: new RegExp(`\\p{Script=${name}}`, "u"),
}));
const known = new Map<string, string>();

/** The pieces between changes of script. */
export function splitByScript(source: AlignedText): AlignedText[] {
  const cuts: number[] = [];
  let last: string | null = null;
  let at = 0;
  for (const character of source.text) {
    const script = scriptOf(character);
    if (script !== "Any" && last !== "Any" && script !== last) cuts.push(at);
    if (script !== "Any") last = script;
    at += character.length;
  }
  cuts.push(at);
  return cuts.slice(1).map((to, i) => sliceText(source, cuts[i]!, to));
}

function scriptOf(character: string): string {
  let script = known.get(character);
  if (script === undefined) {
    script = findScript(character);
    known.set(character, script);
  }
  return script;
}

function findScript(character: string): string {
  if (character === "\u30fc") return "Han";
  if (character === " ") return "Any";
  const name = EXPRESSIONS.find(({ expression }) => expression.test(character))?.name ?? "Any";
  return name === "Hiragana" || name === "Katakana" ? "Han" : name;
}
