import { checkFields, type StringArray } from '@gradus/core'
import {
  type BothParts,
  type DirectoryDataset,
  type DirectoryOptions,
  datasetFromDirectory,
  directoryFields,
} from './from-directory.ts'
import type { Directory } from './platform-list.ts'

/** Options of `textDatasetFromDirectory`, with Keras's names. */
export interface TextDirectoryOptions extends DirectoryOptions {
  /** The length in bytes at which texts are cut. */
  readonly maxLength?: number
}

/**
 * Makes batches of the `.txt` files of a folder, with the folders in it as classes: `x` are strings `[batch]`, `y` the numbers of
 * classes. The files are UTF-8. The folder is a path, or in a page a `FileSystemDirectoryHandle` or the
 * files of an input with `webkitdirectory`. The result has `classNames`, and is a pipeline: `map`, `take` and the others work, and
 * `fit` takes it. With `subset: 'both'` there are two in a list. Throws
 * `ConfigError` for options that do not fit the folder, and `DataError` for a folder without files. Keras:
 * `utils.text_dataset_from_directory`.
 *
 * @example
 * import { textDatasetFromDirectory } from '@gradus/data'
 * import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
 * const folder = await mkdtemp('/tmp/gradus-texts-')
 * for (const [name, text] of [['good', 'what a film'], ['bad', 'no']]) {
 *   await mkdir(`${folder}/${name}`)
 *   await writeFile(`${folder}/${name}/0.txt`, text)
 * }
 * const data = await textDatasetFromDirectory(folder, { shuffle: false, verbose: false })
 * data.classNames // => ['bad', 'good']
 * const seen = []
 * for await (const { x, y } of data) seen.push(x.data, y.data)
 * seen // => [['no', 'what a film'], [0, 1]]
 */
export function textDatasetFromDirectory(
  directory: Directory,
  options: TextDirectoryOptions & BothParts,
): Promise<[DirectoryDataset, DirectoryDataset]>
export function textDatasetFromDirectory(
  directory: Directory,
  options?: TextDirectoryOptions,
): Promise<DirectoryDataset>
export async function textDatasetFromDirectory(
  directory: Directory,
  options: TextDirectoryOptions = {},
): Promise<DirectoryDataset | [DirectoryDataset, DirectoryDataset]> {
  const owner = 'textDatasetFromDirectory'
  checkFields(owner, options, { ...directoryFields, maxLength: { type: 'integer', min: 0 } })
  const { maxLength, ...others } = options
  const load = async ({ read }: { read(): Promise<Uint8Array> }): Promise<StringArray> => {
    const bytes = await read()
    // with `stream`, a character that is cut is left out
    const text = new TextDecoder().decode(bytes.subarray(0, maxLength), { stream: maxLength !== undefined })
    return { data: [text], shape: [], dtype: 'string' }
  }
  return datasetFromDirectory(directory, others, { owner, formats: ['.txt'], load })
}
