import { startsWith } from '@gradus/datasets/internals'
import type { TableSource } from '../source.ts'
import { arrayChunks, arrayColumns } from './arrays/array-file.ts'
import { npyArray } from './arrays/npy-file.ts'
import type { TableFormat } from './format.ts'

/**
 * An array of NumPy. A matrix has the columns `c0`, `c1`, ...; a vector has the column `value`; an array of more dimensions has the
 * column `array`, with an array in each row.
 */
export const npy: TableFormat = {
  name: 'npy',
  title: 'an .npy file of NumPy',
  extensions: ['.npy'],
  options: [],
  certainty: (start) => Number(startsWith(start, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59])),
  async open(input): Promise<TableSource> {
    const array = await npyArray(input)
    const { shape } = array
    return {
      name: input.name,
      columns: arrayColumns(shape, shape.length === 1 ? 'value' : 'array', 'c'),
      notes: [`The array has the shape [${shape.join(', ')}].`],
      rowCount: shape[0]!,
      chunks: () => arrayChunks([array]),
    }
  },
}
