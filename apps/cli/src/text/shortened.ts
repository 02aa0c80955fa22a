/** A text of at most `most` characters; a longer one ends in three dots. */
export function shortened(text: string, most = 100): string {
  return text.length > most ? `${text.slice(0, most - 3)}...` : text
}
