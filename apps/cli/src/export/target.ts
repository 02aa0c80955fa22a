import { stat } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { ConfigError, suggest } from '@gradus/core'
import type { FileFormat, ModelFile } from 'gradus/io'
import { allModelFormats, formatNamed } from '../model/formats.ts'

/** The extensions of files of JavaScript. */
const scripts = ['.js', '.mjs', '.cjs'] as const

/** A file to write. */
export interface Target {
  /** The absolute path. */
  readonly path: string
  /** The path as it was given. */
  readonly shown: string
  /** The format of a model file; undefined for a file of JavaScript. */
  readonly format?: FileFormat<ModelFile>
}

/**
 * Returns the file that `--to` names. Throws `ConfigError` for an extension without a format, and for a file that exists, unless it may
 * be replaced.
 */
export async function openTarget(
  given: string,
  {
    cwd,
    force = false,
    scripts: allowsScripts,
  }: { readonly cwd: string; readonly force?: boolean; readonly scripts: boolean },
): Promise<Target> {
  const path = resolve(cwd, given)
  const found = await stat(path).catch(() => undefined)
  const name = basename(path)
  if (found?.isDirectory())
    throw new ConfigError(`--to is '${given}', which is a folder. Give the name of a file in it.`)
  const isScript = scripts.some((extension) => name.endsWith(extension))
  const formats = (await allModelFormats()).filter(({ write, writeSet }) => write ?? writeSet)
  const format = isScript ? undefined : formatNamed(formats, name)
  if (isScript ? !allowsScripts : !format) throw new ConfigError(noFormat(given, isScript, formats, allowsScripts))
  if (found?.isFile() && !force)
    throw new ConfigError(`'${given}' exists. Give --force to replace it, or another name.`)
  return { path, shown: given, ...(format && { format }) }
}

function noFormat(
  given: string,
  isScript: boolean,
  formats: readonly FileFormat<ModelFile>[],
  allowsScripts: boolean,
): string {
  if (isScript) return `'${given}' is a file of JavaScript: write it with gradus export MODEL --to ${given}.`
  const extension = extname(given)
  const known = [...formats.flatMap(({ extensions }) => extensions), ...(allowsScripts ? scripts : [])]
  if (extension === '.onnx') {
    return `'${given}' cannot be written: there is no package yet that writes ONNX. Known: ${known.join(', ')}.`
  }
  return extension === ''
    ? `--to is '${given}', whose name says no format. Give it one of the extensions ${known.join(', ')}.`
    : `No format has the extension '${extension}'.${suggest(extension, known)}`
}
