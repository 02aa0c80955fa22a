import { DataError } from '@gradus/core'

/** Says what became of numbers that JSON does not have. */
export const nonFiniteNote = 'NaN and infinities in the file are missing values.'

/** The value of a JSON text, and whether it has NaN or infinities, which are read as missing. Throws `DataError` with line and column. */
export function parseJson(text: string, name: string): { readonly value: unknown; readonly hasNaN: boolean } {
  try {
    return { value: JSON.parse(text) as unknown, hasNaN: false }
  } catch {
    const { text: changed, count } = withoutNaN(text)
    if (count > 0) {
      try {
        return { value: JSON.parse(changed) as unknown, hasNaN: true }
      } catch {
        // reported below
      }
    }
    const { at, problem } = problemIn(changed)
    const before = changed.slice(0, at)
    const line = (before.match(/\n/g)?.length ?? 0) + 1
    const column = at - before.lastIndexOf('\n')
    throw new DataError(`${name}, line ${line}, column ${column}: ${problem}. The file is no JSON up to its end.`)
  }
}

/** Python writes NaN and infinities in JSON, which has no such numbers. */
function withoutNaN(text: string): { text: string; count: number } {
  let count = 0
  const changed = outsideTexts(text, (part) =>
    part.replace(/-?\b(?:NaN|Infinity)\b/g, () => {
      count++
      return 'null'
    }),
  )
  return { text: changed, count }
}

/** Applies a function to the parts of JSON that are not in quotes. */
function outsideTexts(text: string, change: (part: string) => string): string {
  const parts: string[] = []
  let at = 0
  while (at < text.length) {
    const start = text.indexOf('"', at)
    if (start < 0) break
    const end = textEnd(text, start)
    parts.push(change(text.slice(at, start)), text.slice(start, end))
    at = end
  }
  parts.push(change(text.slice(at)))
  return parts.join('')
}

/** The position after the text in quotes that begins at `start`. */
function textEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 92) at++
    else if (code === 34) return at + 1
  }
  return text.length
}

const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)\b/y
const space = /[ \t\r\n]*/y

/** Finds the first place where a text is no JSON. */
function problemIn(text: string): { at: number; problem: string } {
  const open: string[] = []
  let at = 0
  let expects = 'value' as 'value' | 'first' | 'key' | 'firstKey' | 'colon' | 'next'
  const found = () => (at >= text.length ? 'the end' : JSON.stringify(text.slice(at, at + 1)))
  const fail = (expected: string) => ({ at, problem: `expected ${expected} and found ${found()}` })
  for (;;) {
    space.lastIndex = at
    space.test(text)
    at = space.lastIndex
    const mark = text[at]
    if (expects === 'next') {
      const inner = open.at(-1)
      if (inner === undefined) return fail('the end')
      if (mark === ',') expects = inner === '{' ? 'key' : 'value'
      else if (mark === (inner === '{' ? '}' : ']')) open.pop()
      else return fail(inner === '{' ? "',' or '}'" : "',' or ']'")
      at++
    } else if (expects === 'colon') {
      if (mark !== ':') return fail("':'")
      at++
      expects = 'value'
    } else if (mark === '}' && expects === 'firstKey') {
      open.pop()
      at++
      expects = 'next'
    } else if (mark === ']' && expects === 'first') {
      open.pop()
      at++
      expects = 'next'
    } else if (mark === '"') {
      const end = textEnd(text, at)
      try {
        JSON.parse(text.slice(at, end))
      } catch {
        return { at, problem: 'a text is damaged or has no end' }
      }
      at = end
      expects = expects === 'key' || expects === 'firstKey' ? 'colon' : 'next'
    } else if (expects === 'key' || expects === 'firstKey') return fail('a name in double quotes')
    else if (mark === '{' || mark === '[') {
      open.push(mark)
      at++
      expects = mark === '{' ? 'firstKey' : 'first'
    } else {
      scalar.lastIndex = at
      if (!scalar.test(text)) return fail('a value')
      at = scalar.lastIndex
      expects = 'next'
    }
  }
}
