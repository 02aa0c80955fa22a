import { ConfigError, DataError, numpyOrders } from '@gradus/core'
import { type Directory, type ListedFile, listDirectory } from './platform-list.ts'

/** What an index of a folder is made of. */
export interface IndexOptions {
  readonly labels: 'inferred' | readonly number[] | null
  readonly classNames: readonly string[] | undefined
  readonly shuffle: boolean
  readonly seed: number
  readonly followLinks: boolean
}

/** Files with the numbers of their classes. */
export interface FileIndex {
  readonly files: readonly ListedFile[]
  /** Undefined if there are no labels. */
  readonly labels: readonly number[] | undefined
  readonly classNames: readonly string[] | undefined
}

/**
 * Lists the files of a folder with one of the endings, in the order of Keras: by class, by folder, by name, then shuffled by the
 * seed. With `inferred` labels a class is a folder, and hidden folders are left out. Throws `ConfigError` for class names without
 * folders and a wrong number of labels.
 */
export async function indexDirectory(
  owner: string,
  directory: Directory,
  formats: readonly string[],
  options: IndexOptions,
): Promise<FileIndex> {
  const { labels, shuffle, seed, followLinks } = options
  const { files: all, folders } = await listDirectory(owner, directory, followLinks)
  const matching = all
    .filter(({ path }) => formats.some((ending) => path.toLowerCase().endsWith(ending)))
    .sort(byFolder)
  const shown = typeof directory === 'string' ? ` '${directory}'` : ''
  let index: FileIndex
  if (labels === 'inferred') index = byClass(owner, matching, folders, options.classNames)
  else if (labels === null) index = { files: matching, labels: undefined, classNames: undefined }
  else {
    if (labels.length !== matching.length) {
      throw new ConfigError(
        `${owner}: 'labels' has ${labels.length} labels, and the folder${shown} has ${matching.length} files. Give one for each file.`,
      )
    }
    const classes = [...new Set(labels)].sort((a, b) => a - b).map(String)
    index = { files: matching, labels, classNames: classes }
  }
  if (index.files.length === 0) {
    throw new DataError(`${owner}: the folder${shown} has no files that end with ${formats.join(', ')}.`)
  }
  if (!shuffle) return index
  const order = [...numpyOrders(seed)(index.files.length)]
  return {
    files: order.map((i) => index.files[i]!),
    labels: index.labels && order.map((i) => index.labels![i]!),
    classNames: index.classNames,
  }
}

/** Compares as Python does: the folders first, then the names. */
function byFolder(a: ListedFile, b: ListedFile): number {
  const cut = ({ path }: ListedFile) => [path.slice(0, Math.max(0, path.lastIndexOf('/'))), path] as const
  const [folderA, pathA] = cut(a)
  const [folderB, pathB] = cut(b)
  if (folderA !== folderB) return folderA < folderB ? -1 : 1
  return pathA < pathB ? -1 : pathA > pathB ? 1 : 0
}

function byClass(
  owner: string,
  files: readonly ListedFile[],
  folders: readonly string[],
  given: readonly string[] | undefined,
): FileIndex {
  const visible = folders.filter((name) => !name.startsWith('.')).sort()
  const unknown = given?.find((name) => !visible.includes(name))
  if (unknown !== undefined) {
    throw new ConfigError(
      `${owner}: 'classNames' has '${unknown}', and there is no such folder. The folders are ${visible.join(', ') || 'none'}.`,
    )
  }
  const classNames = given ?? visible
  const groups = classNames.map((name) => files.filter(({ path }) => path.startsWith(`${name}/`)))
  return {
    files: groups.flat(),
    labels: groups.flatMap((group, label) => group.map(() => label)),
    classNames,
  }
}

/** Files before or after a part for validation, as in Keras: the last `validationSplit` of them. */
export function subsetOf(index: FileIndex, validationSplit: number, subset: 'training' | 'validation'): FileIndex {
  const count = Math.trunc(validationSplit * index.files.length)
  const cut = <T>(list: readonly T[]) => {
    if (subset === 'training') return list.slice(0, list.length - count)
    return list.slice(list.length - count)
  }
  return { ...index, files: cut(index.files), labels: index.labels && cut(index.labels) }
}
