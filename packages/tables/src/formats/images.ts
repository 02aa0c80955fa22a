import type { TableSource } from '../source.ts'
import { chunkedRows } from './chunked-rows.ts'
import { classesOf } from './folders/classes.ts'
import type { TableFormat } from './format.ts'

/** A folder of images: the column `image` has the paths, and `label` the names of the folders in which they lie. */
export const images: TableFormat = {
  name: 'images',
  title: 'a folder of images',
  extensions: [],
  folderOf: ['.png', '.jpg', '.jpeg', '.gif', '.bmp', '.webp'],
  options: [],
  async open(input): Promise<TableSource> {
    const { files, labels, notes } = classesOf(input, images.folderOf!)
    return {
      name: input.name,
      columns: labels ? ['image', 'label'] : ['image'],
      notes,
      rowCount: files.length,
      chunks: () =>
        chunkedRows(labels ? 2 : 1, files.length, (row, set) => {
          set(0, files[row]!.cell)
          if (labels) set(1, labels[row])
        }),
    }
  },
}
