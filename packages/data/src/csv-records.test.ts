import { describe, expect, it } from 'vitest'
import { CsvSplitter, type CsvSyntax, whitespace } from './csv-records.ts'

/** The records of a text that comes in pieces of every size. */
function split(text: string, delimiter = ',', syntax: CsvSyntax = {}) {
  const results = [1, 2, 3, text.length].map((size) => {
    const records: [number, number, ...string[]][] = []
    const splitter = new CsvSplitter(delimiter, ({ line, end, cells }) => records.push([line, end, ...cells]), syntax)
    for (let at = 0; at < text.length; at += size) splitter.push(text.slice(at, at + size))
    splitter.end()
    return splitter.problem ?? records
  })
  for (const result of results) expect(result).toEqual(results[0])
  return results[0]
}

describe('CsvSplitter', () => {
  it('has the first and the last line of a record', () => {
    expect(split('a,"x\ny"\r\n\r\nb,c')).toEqual([
      [1, 2, 'a', 'x\ny'],
      [4, 4, 'b', 'c'],
    ])
  })

  it('takes any quote, or none', () => {
    expect(split("'a,b',\"c\n", ',', { quote: "'" })).toEqual([[1, 1, 'a,b', '"c']])
    expect(split("'it''s'", ',', { quote: "'" })).toEqual([[1, 1, "it's"]])
    expect(split('"a,b"\n', ',', { quote: null })).toEqual([[1, 1, '"a', 'b"']])
  })

  it('leaves out comments at the start of lines', () => {
    const text = '# note, with a comma\r\na#,#b\n#\n"#c",d\n#end'
    expect(split(text, ',', { comment: '#' })).toEqual([
      [2, 2, 'a#', '#b'],
      [4, 4, '#c', 'd'],
    ])
  })

  it('leaves out spaces before cells', () => {
    expect(split('a,  "b, c"\n d e, f \n', ',', { skipSpace: true })).toEqual([
      [1, 1, 'a', 'b, c'],
      [2, 2, 'd e', 'f '],
    ])
    expect(split('a, "b"\n')).toEqual([[1, 1, 'a', ' "b"']])
  })

  it('takes runs of spaces and tabs as one delimiter', () => {
    expect(split('  1   2\t3  \n\n \t\n"a b"  c\r\n', whitespace)).toEqual([
      [1, 1, '1', '2', '3'],
      [4, 4, 'a b', 'c'],
    ])
    expect(split('"a"b', whitespace)).toEqual({
      line: 1,
      problem: "a quoted cell is followed by 'b'; expected a space or the end of the line",
    })
  })
})
