import type { TableChunk, TableSource } from '../source.ts'
import { csv, csvOptions } from './csv.ts'
import type { TableFormat } from './format.ts'
import { isBlank } from './text/cell-forms.ts'
import { ChunkBuilder } from './text/chunk-builder.ts'
import { readSample, textPieces } from './text/decode.ts'
import { isTable } from './text/form.ts'
import { endOfLine, linesOf, withoutLines } from './text/lines.ts'
import { sniffForm } from './text/sniff.ts'

/** Lines of text: a row for each, in the column `text`. A file with an even number of cells in each line is read as CSV. */
export const text: TableFormat = {
  name: 'text',
  title: 'a text file',
  extensions: ['.txt', '.text', '.log', '.md'],
  options: csvOptions,
  isText: true,
  async open(input, options): Promise<TableSource> {
    const { skip = 0 } = options
    const sample = await readSample(input, options.encoding)
    const begin = skip > 0 ? sample.text.slice(endOfLine(sample.text, skip)) : sample.text
    const isCsv = ['delimiter', 'header', 'quote', 'decimal'].some((name) => options[name as 'header'] !== undefined)
    if (options.format !== 'text' && (isCsv || isTable(sniffForm(begin, sample.isWhole, options, false))))
      return csv.open(input, options)
    const notes = [...(sample.encoding.note ? [sample.encoding.note] : []), 'Each line of the file is a text.']
    return {
      name: input.name,
      columns: ['text'],
      notes,
      async *chunks(): AsyncGenerator<TableChunk> {
        const rows = new ChunkBuilder<string>(1, 'line')
        const decoded = textPieces(input, sample.encoding, notes)
        for await (const lines of linesOf(withoutLines(decoded, skip), input.name)) {
          for (const line of lines) {
            if (isBlank(line.text)) continue
            if (options.comment && line.text.startsWith(options.comment)) continue
            rows.columns[0]!.push(line.text)
            if (rows.endRow(line.number + skip)) yield rows.take()
          }
        }
        if (!rows.isEmpty) yield rows.take()
      },
    }
  },
}
