import { ConfigError, DataError } from '@gradus/core'
import type { FolderFile, TableInput } from '../format.ts'

/** Files of a folder, and for each the name of the folder of its class, if there are such folders. */
export interface Classes {
  readonly files: readonly FolderFile[]
  readonly labels: readonly string[] | undefined
  readonly notes: readonly string[]
}

/** The files with one of the endings, by class. Hidden files and folders are left out. Throws `DataError` where there are none. */
export function classesOf(input: TableInput, endings: readonly string[]): Classes {
  if (!input.files) throw new ConfigError(`${input.name} is a file; this format reads a folder.`)
  const visible = input.files.filter(({ path }) => isVisible(path))
  const isOne = ({ path }: FolderFile) => endings.some((ending) => path.toLowerCase().endsWith(ending))
  const files = visible.filter(isOne)
  if (files.length === 0)
    throw new DataError(`The folder ${input.name} has no files that end with ${endings.join(', ')}.`)
  const [other, ...others] = visible.filter((file) => !isOne(file))
  const left = other
    ? [
        others.length === 0
          ? `A file of another kind is left out: '${other.path}'.`
          : `${others.length + 1} files of other kinds are left out, such as '${other.path}'.`,
      ]
    : []
  const within = files.filter(({ path }) => path.includes('/'))
  if (within.length === 0) return { files, labels: undefined, notes: left }
  const labels = within.map(({ path }) => path.slice(0, path.indexOf('/')))
  const names = [...new Set(labels)].sort()
  const shown = `${names.slice(0, 10).join(', ')}${names.length > 10 ? ' and others' : ''}`
  const outside = files.length - within.length
  return {
    files: within,
    labels,
    notes: [
      `The folders are the classes: ${shown}.`,
      ...(outside > 0
        ? [
            `${outside} ${outside === 1 ? 'file' : 'files'} outside these folders ${outside === 1 ? 'is' : 'are'} left out.`,
          ]
        : []),
      ...left,
    ],
  }
}

function isVisible(path: string): boolean {
  return !path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX')
}
