import type { TableChunk, TableSource } from '../source.ts'
import { classesOf } from './folders/classes.ts'
import type { TableFormat } from './format.ts'
import { ChunkBuilder } from './text/chunk-builder.ts'
import { encodingOf } from './text/decode.ts'

/** The characters of texts after which a chunk ends. */
const maxCharacters = 2 ** 25

/** A folder of text files: the column `text` has their contents, and `label` the names of the folders in which they lie. */
export const texts: TableFormat = {
  name: 'texts',
  title: 'a folder of text files',
  extensions: [],
  folderOf: ['.txt'],
  options: ['encoding'],
  async open(input, { encoding }): Promise<TableSource> {
    const { files, labels, notes } = classesOf(input, texts.folderOf!)
    return {
      name: input.name,
      columns: labels ? ['text', 'label'] : ['text'],
      notes,
      rowCount: files.length,
      async *chunks(): AsyncGenerator<TableChunk> {
        const rows = new ChunkBuilder<string>(labels ? 2 : 1, 'row')
        let characters = 0
        for (const [row, { path, read }] of files.entries()) {
          const bytes = await read()
          const name = encodingOf(bytes, encoding, `The file '${path}'`, true).name
          const text = new TextDecoder(name).decode(bytes)
          rows.columns[0]!.push(text)
          if (labels) rows.columns[1]!.push(labels[row]!)
          characters += text.length
          if (rows.endRow(row + 1) || characters > maxCharacters) {
            yield rows.take()
            characters = 0
          }
        }
        if (!rows.isEmpty) yield rows.take()
      },
    }
  },
}
