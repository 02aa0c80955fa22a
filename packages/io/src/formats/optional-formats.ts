import { FormatError } from '@gradus/core'
import { importPackage } from '../platform-import-package.ts'
import type { FileFormat } from './file-format.ts'
import { isForeign } from './foreign-files.ts'
import { modelFormats } from './index.ts'
import type { ModelFile } from './model-file.ts'

type Formats = readonly FileFormat<ModelFile>[]

let added: Formats = []

/**
 * Adds formats of model files to those that `loadModel`, `save` and the others know in this program. Formats of a package that is
 * installed beside this one need no such call in Node.
 *
 * @example
 * import { readModelFile, useModelFormats } from '@gradus/io'
 * const empty = { header: { format: 1 }, weights: [], optimizer: [] }
 * const lines = { name: 'lines', extensions: ['.lines'], matches: (_, path) => path === 'a.lines', read: () => empty }
 * useModelFormats([lines])
 * const { weights } = await readModelFile(new File([], 'a.lines'))
 * weights.length // => 0
 */
export function useModelFormats(formats: Formats): void {
  added = [...added, ...formats.filter((format) => !added.includes(format))]
}

/** The formats of this package, and those that were added. */
export function knownFormats(): Formats {
  return added.length === 0 ? modelFormats : [...modelFormats, ...added]
}

/** The format whose extension a name ends with, the longest if there are several; undefined if there is none. */
export function formatNamed(formats: Formats, path: string | undefined): FileFormat<ModelFile> | undefined {
  if (path === undefined) return undefined
  const fitting = formats.flatMap((format) =>
    format.extensions.filter((extension) => path.endsWith(extension)).map((extension) => ({ format, extension })),
  )
  return fitting.sort((a, b) => b.extension.length - a.extension.length)[0]?.format
}

/** A package with formats, which is loaded when a file needs it. */
interface FormatPackage {
  readonly name: string
  /** The extensions of its files. */
  readonly named: RegExp
  /** Whether a file of it begins so: the first bytes, as characters. */
  readonly begins: (start: string) => boolean
  /** What a page or a bundle calls. */
  readonly call: string
}

const packages: readonly FormatPackage[] = [
  {
    name: '@gradus/keras-files',
    named: /\.(keras|h5|hdf5)$/,
    begins: (start) => start.startsWith('\x89HDF') || start.startsWith('PK\x03\x04'),
    call: 'useKerasFiles()',
  },
  {
    name: '@gradus/tfjs-files',
    named: /\.json$/,
    begins: (start) => /^\s*\{.*"(modelTopology|weightsManifest|weightSpecs)"/s.test(start),
    call: 'useTfjsFiles()',
  },
]

/**
 * The package that has the format of a file, by its first bytes or its name; undefined if none is known, and for a file that is
 * something else than its name says.
 */
export function packageOf(path: string | undefined, start?: Uint8Array): FormatPackage | undefined {
  if (start) {
    const begin = String.fromCharCode(...start.subarray(0, 4096))
    const found = packages.find(({ begins }) => begins(begin))
    if (found || isForeign(start)) return found
  }
  return packages.find(({ named }) => path !== undefined && named.test(path))
}

/** Loads a package with formats and adds these. Throws `FormatError`, which says how to install it, if that fails. */
export async function loadFormats({ name, call }: FormatPackage, path: string | undefined): Promise<Formats> {
  try {
    useModelFormats(Object.values(await importPackage(name)).filter(isFormat))
    return knownFormats()
  } catch (cause) {
    throw new FormatError(
      `${path === undefined ? 'The file' : `The file '${path.slice(-200)}'`} has a format of the package ${name}, which is not found: run npm install ${name}. In a page or a bundle also import ${call.replace('()', '')} from '${name}' and call ${call}.`,
      { cause },
    )
  }
}

function isFormat(value: unknown): value is FileFormat<ModelFile> {
  return typeof value === 'object' && value !== null && 'extensions' in value && 'read' in value
}
