/** Prints pieces of text, one after the other; lines end with `\n`. */
export type Write = (text: string) => void

/**
 * Returns a function that prints to the terminal. Where the output is a pipe or a file, or there is none, it prints whole lines
 * without control characters.
 */
export function standardOutput(): Write {
  const out = typeof process === 'object' ? process.stdout : undefined
  if (typeof out?.write !== 'function') return lineWriter((line) => console.log(line))
  return out.isTTY ? (text) => void out.write(text) : lineWriter((line) => void out.write(`${line}\n`))
}

/**
 * Returns a function for outputs that print whole lines: it collects text until the end of a line and prints the line that a
 * terminal would show. A progress bar becomes one line. Colors are left out.
 *
 * @example
 * import { lineWriter } from '@gradus/callbacks'
 * const lines = []
 * const write = lineWriter((line) => lines.push(line))
 * for (const text of ['step 1', '\rstep 2', ' of 2\n']) write(text)
 * lines // => ['step 2 of 2']
 */
export function lineWriter(print: (line: string) => void): Write {
  let pending = ''
  return (text) => {
    pending += text
    const lines = pending.split('\n')
    pending = lines.pop()!
    for (const line of lines) {
      const shown = line.slice(line.lastIndexOf('\r') + 1)
      print(stripControls(shown))
    }
    // text before a carriage return will be overwritten
    pending = pending.slice(pending.lastIndexOf('\r') + 1)
  }
}

function stripControls(text: string): string {
  let result = ''
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\x1b' && text[i + 1] === '[') i = text.indexOf('m', i)
    else if (text[i] !== '\b') result += text[i]
    if (i < 0) break
  }
  return result.trimEnd()
}
