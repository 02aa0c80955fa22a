import type { Output } from '../terminal.ts'

/** The form of the documents and events that are printed for programs. It changes when a key changes its meaning or goes. */
export const jsonVersion = 1

/** The document of `--json`. */
export function jsonText(document: object): string {
  return `${JSON.stringify({ version: jsonVersion, ...document }, null, 2)}\n`
}

/** Prints the document of `--json`. */
export function writeJson(out: Output, document: object): void {
  out.write(jsonText(document))
}

/** Prints a document or an event of `--jsonl` on one line. */
export function writeJsonLine(out: Output, event: object): void {
  out.write(`${JSON.stringify({ version: jsonVersion, ...event })}\n`)
}
