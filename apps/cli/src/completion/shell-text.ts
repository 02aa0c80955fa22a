/** The words that lead to a command, each after a space. */
export function place(words: readonly string[]): string {
  return words.map((word) => ` ${word}`).join('')
}

/** A text in quotes of bash and zsh. */
export function quoted(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`
}

/** A text as a word of a shell: as it is where that is safe, otherwise in quotes. */
export function shellWord(text: string): string {
  return /^[\w./,:=@+-]+$/.test(text) ? text : quoted(text)
}
