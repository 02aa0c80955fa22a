/** Whether a text begins with two lines that are JSON, each by itself. */
export function beginsWithRows(start: string): boolean {
  const [first, second = ''] = start
    .replace(/^\ufeff/, '')
    .trimStart()
    .split(/[\r\n]\s*/, 2)
  return isRow(first!) && /^\s*[[{]/.test(second)
}

/** Whether a text begins a value of JSON of which the first line is no JSON by itself, so that it has no rows in lines. */
export function beginsWithin(start: string): boolean {
  const [first, ...others] = start
    .replace(/^\ufeff/, '')
    .trimStart()
    .split(/\r\n|\n|\r/, 2)
  return /^[[{]/.test(first!) && others.length > 0 && !isRow(first!)
}

function isRow(line: string): boolean {
  if (!/^[[{]/.test(line)) return false
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}
