// Whether a label is safe to show in Unicode. After UTS 39 5.2 ("highly restrictive") and its whole-script confusables,
// cut down to what fits on a page: in doubt a label stays an A-label, which is ugly and true.

const SINGLE_SCRIPTS =
  "Arabic Armenian Bengali Bopomofo Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Hangul Han Hebrew " +
  "Hiragana Kannada Katakana Khmer Lao Latin Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai Tibetan";
const MIXED_SCRIPTS = [
  ["Latin", "Han", "Hiragana", "Katakana"],
  ["Latin", "Han", "Bopomofo"],
  ["Latin", "Han", "Hangul"],
];

// Sets of Unicode properties take the engine milliseconds, as literals already while it reads this file, wherever they stand. So they
// are text until the first label asks.
let scriptSets: readonly RegExp[] | undefined;
// Letters, marks, digits, hyphen and the Catalan middle dot; no symbols, no invisible joiners.
const LETTERS = "^[\\p{L}\\p{M}\\p{Nd}\\-\\u00b7]+$";
let letters: RegExp | undefined;

function makeScriptSets(): readonly RegExp[] {
  return [...SINGLE_SCRIPTS.split(" ").map((script) => [script]), ...MIXED_SCRIPTS].map(
    (scripts) =>
      new RegExp(`^[${scripts.map((script) => `\\p{scx=${script}}`).join("")}0-9\\-\\u00b7]+$`, "u"),
  );
}

// Phonetic letters and modifiers, most of them twins of a-z.
const LATIN_TWINS = /[\u0250-\u02ff\u1d00-\u1dbf\ua720-\ua7ff\uab30-\uab6f]/;
// Labels made of nothing but letters that look Latin.
const CYRILLIC_TWINS = /^[асԁеһіјӏорԗԛѕԝхуъьҽпгѵѡ0-9-]+$/;
const GREEK_TWINS = /^[αγικνορτυωχ0-9-]+$/;

/** Tells whether a decoded label (lower case, as UTS 46 gives it) may be shown in Unicode. */
export function isSafeToShow(label: string, topLevelIsAscii: boolean): boolean {
  letters ??= new RegExp(LETTERS, "u");
  if (!letters.test(label) || LATIN_TWINS.test(label)) return false;
  if (topLevelIsAscii && (CYRILLIC_TWINS.test(label) || GREEK_TWINS.test(label))) return false;
  scriptSets ??= makeScriptSets();
  return scriptSets.some((scripts) => scripts.test(label));
}
