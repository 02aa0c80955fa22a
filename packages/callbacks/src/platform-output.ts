/** Takes pieces of text in order; a line ends with `\n`. */
export type Write = (text: string) => void

/** Writes to the terminal, or line by line to the console where there is no terminal. */
export function standardOutput(): Write {
  const out = typeof process === 'object' ? process.stdout : undefined
  return typeof out?.write === 'function' ? (text) => void out.write(text) : lineWriter((line) => console.log(line))
}

/**
 * For places that only take whole lines: keeps text until its line ends and hands on what a terminal would show then.
 * Rewritten progress bars become one line each, colours are left out.
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
    // What will be overwritten need not be kept.
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
