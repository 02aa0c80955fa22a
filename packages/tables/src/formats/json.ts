import { DataError } from '@gradus/core'
import type { TableSource } from '../source.ts'
import { wholeBytes } from './archive/gunzipped.ts'
import { chunkedRows } from './chunked-rows.ts'
import type { TableFormat } from './format.ts'
import { beginsWithRows } from './json/first-lines.ts'
import { nonFiniteNote, parseJson } from './json/parse.ts'
import { rowsOf } from './json/records.ts'
import { jsonl } from './jsonl.ts'
import { encodingOf } from './text/decode.ts'

/** The most bytes of a JSON file, which is read at once. */
const maxBytes = 2 ** 29 - 2 ** 16
/** The most characters of a first line that may be a row of JSONL. */
const maxFirstLine = 2 ** 20

/**
 * JSON: a list of objects, a list of lists with or without a header, an object with a list for each column, or an object that holds one
 * of these. Nested objects become columns such as `a.b`. A file with a value in each line is read as JSONL.
 */
export const json: TableFormat = {
  name: 'json',
  title: 'a JSON file',
  extensions: ['.json', '.geojson'],
  options: ['header', 'encoding', 'within'],
  isText: true,
  certainty: (start) => (/^\s*[[{]/.test(new TextDecoder().decode(start)) ? 0.3 : 0),
  // many programs write JSONL to files named .json, and the other way round
  contradicts: (start) => beginsWithRows(new TextDecoder().decode(start)),
  async open(input, options): Promise<TableSource> {
    const bytes = await wholeBytes(input, maxBytes, 'Save it as JSONL, with a row in each line.')
    const encoding = encodingOf(bytes, options.encoding, input.name, true)
    const text = decode(bytes, encoding.name, input.name)
    if (options.within === undefined && beginsWithRows(text.slice(0, maxFirstLine))) return jsonl.open(input, options)
    const { value, hasNaN } = parseJson(text, input.name)
    const rows = rowsOf(input.name, value, options)
    return {
      name: input.name,
      columns: rows.names,
      notes: [...rows.notes, ...(hasNaN ? [nonFiniteNote] : [])],
      rowCount: rows.count,
      chunks: () => chunkedRows(rows.names.length, rows.count, rows.read),
    }
  },
}

function decode(bytes: Uint8Array, encoding: string, name: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new DataError(`${name} has bytes that are not ${encoding}. Save it as UTF-8, or set 'encoding'.`, { cause })
  }
}
