/** The characters that `stripPunctuation` removes: the punctuation of ASCII. */
const punctuation = /[!-/:-@[-`{-~]/g

/** The spaces of ASCII. */
const spaces = /[ \t\n\v\f\r]+/

/** How strings are changed before they are split. Keras: `lower_and_strip_punctuation` and so on. */
export type Standardization = 'lowerAndStripPunctuation' | 'lower' | 'stripPunctuation' | 'none'

/** Changes a string before it is split. Only letters and punctuation of ASCII are changed, as in TensorFlow. */
export function standardized(text: string, how: Standardization): string {
  if (how === 'none') return text
  const lower = how === 'stripPunctuation' ? text : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
  return how === 'lower' ? lower : lower.replace(punctuation, '')
}

/** The tokens of a string: words between spaces, or characters (code points). */
export function tokensOf(text: string, how: 'whitespace' | 'character'): string[] {
  return how === 'character' ? Array.from(text) : text.split(spaces).filter((token) => token !== '')
}

/** The n-grams of tokens, joined by spaces: those of the first width, then those of the next. */
export function ngramsOf(tokens: readonly string[], widths: readonly number[]): string[] {
  return widths.flatMap((width) =>
    Array.from({ length: Math.max(0, tokens.length - width + 1) }, (_, start) =>
      tokens.slice(start, start + width).join(' '),
    ),
  )
}
