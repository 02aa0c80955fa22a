import { DataError, FormatError } from '@gradus/core'
import { startsWith } from '@gradus/datasets/internals'
import type { TableSource } from '../source.ts'
import { gunzipped } from './archive/gunzipped.ts'
import { type ArrayFile, arrayChunks, arrayColumns, requireArray } from './arrays/array-file.ts'
import { valueType } from './arrays/values.ts'
import type { TableFormat, TableInput } from './format.ts'

/** The types of values by their numbers in the header. */
const types: Readonly<Record<number, string>> = { 8: '|u1', 9: '|i1', 11: '>i2', 12: '>i4', 13: '>f4', 14: '>f8' }

/**
 * The IDX files of MNIST. A file of images and the file of labels beside it (`t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`) are
 * read together, as the columns `image` and `label`.
 */
export const idx: TableFormat = {
  name: 'idx',
  title: 'an IDX file',
  extensions: ['.idx', '.idx1-ubyte', '.idx3-ubyte', '-idx1-ubyte', '-idx3-ubyte', '-ubyte'],
  options: [],
  // a text of UTF-16 may begin with these bytes, too
  certainty: (start) =>
    startsWith(start, [0, 0]) && (start[2] ?? 0) in types && start[3]! > 0 && start[3]! <= 8 ? 0.8 : 0,
  async open(input): Promise<TableSource> {
    const array = await idxArray(input)
    const other = await besideOf(input)
    const beside = other && (await idxArray(other))
    const isLabels = isLabelsName(input.path ?? '')
    const arrays = beside ? (isLabels ? [beside, array] : [array, beside]) : [array]
    if (beside && beside.shape[0] !== array.shape[0]) {
      throw new DataError(
        `${array.name} has ${array.shape[0]} rows, and ${beside.name} beside it has ${beside.shape[0]}. One of them is of another data set or incomplete.`,
      )
    }
    const notes = beside ? [`The ${isLabels ? 'images' : 'labels'} are those of ${beside.name}.`] : []
    return {
      name: input.name,
      columns: arrays.flatMap((one) => columnsOf(one, one === array ? isLabels : !isLabels)),
      notes,
      rowCount: array.shape[0]!,
      chunks: () => arrayChunks(arrays),
    }
  },
}

function columnsOf({ shape }: ArrayFile, isLabels: boolean): string[] {
  return arrayColumns(shape, shape.length > 1 ? 'image' : isLabels ? 'label' : 'value', 'c')
}

async function idxArray(input: TableInput): Promise<ArrayFile> {
  const { name } = input
  const head = await input.read(0, 4 + 4 * 8)
  const descr = types[head[2] ?? 0]
  const dimensions = head[3] ?? 0
  if (!startsWith(head, [0, 0]) || descr === undefined || dimensions > 8 || head.length < 4 + 4 * dimensions) {
    throw new FormatError(`${name} is not an IDX file: it begins with ${[...head.subarray(0, 4)].join(' ')}.`)
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const shape = Array.from({ length: dimensions }, (_, axis) => view.getUint32(4 + 4 * axis))
  const offset = 4 + 4 * dimensions
  const type = valueType(descr, name)
  const size = Number.isNaN(input.size) ? (await input.read()).length : input.size
  requireArray(name, shape, type.width, size - offset)
  return { name, shape, type, read: (start, end) => input.read(offset + start, offset + end) }
}

function isLabelsName(path: string): boolean {
  return /labels/i.test(path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1))
}

/** The labels file beside an images file, or the images file beside a labels file. */
async function besideOf(input: TableInput): Promise<TableInput | undefined> {
  const { path, beside } = input
  if (path === undefined || !beside) return undefined
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
  const other = isLabelsName(path)
    ? name.replace(/labels/i, 'images').replace(/idx1/i, 'idx3')
    : name.replace(/images/i, 'labels').replace(/idx3/i, 'idx1')
  if (other === name) return undefined
  const found = (await beside(other)) ?? (await beside(`${other}.gz`))
  if (!found) return undefined
  const start = await found.read(0, 2)
  return startsWith(start, [0x1f, 0x8b]) ? gunzipped(found) : found
}
