import { basename, extname, resolve } from 'node:path'
import { ConfigError } from '@gradus/core'
import { type Command, Option } from 'commander'
import { type OpenOptions, openTable, rowsSource, type TableSource } from 'gradus/tables'
import { wholeNumber } from '../flags.ts'
import { folderOf } from '../train/read-data.ts'

/** The flags that say how a table is read. */
export interface TableFlags {
  readonly from?: string
  readonly delimiter?: string
  readonly decimal?: '.' | ','
  readonly encoding?: string
  readonly header?: boolean
  readonly rows?: number
}

/** A table for a command. */
export interface CommandTable {
  readonly source: TableSource
  /** The folder from which paths of images in it start. */
  readonly folder: string
  /** The text form that it has: `csv` for all other formats. */
  readonly form: RowForm
}

/** A form of rows as text. */
export type RowForm = 'csv' | 'json' | 'jsonl'

/** Adds the flags that say how a table is read. */
export function addTableFlags(command: Command): Command {
  return command
    .option(
      '--from <format>',
      'the format of the rows: csv, json, jsonl, parquet ...; by default their name and contents say it',
    )
    .option('--delimiter <character>', 'the character between cells')
    .addOption(new Option('--decimal <mark>', 'the decimal mark').choices(['.', ',']))
    .option('--encoding <name>', 'the encoding, such as windows-1252')
    .option('--no-header', 'the first row has values: the columns are c0, c1, ...')
    .option('--rows <count>', 'read only this many rows', wholeNumber(1))
}

/** Opens rows: a file, a folder, `-` or nothing for stdin, or several images. Throws `ConfigError` for other lists of files. */
export async function openRows(files: readonly string[], flags: TableFlags, cwd: string): Promise<CommandTable> {
  const images = files.filter((file) => /\.(png|jpe?g|gif|bmp|webp)$/i.test(file))
  if (images.length > 0 && images.length === files.length) {
    const rows = images.map((image) => ({ image: resolve(cwd, image) }))
    return { source: rowsSource(rows, 'The images'), folder: '', form: 'csv' }
  }
  if (files.length > 1)
    throw new ConfigError(
      `Give one file of rows, or images only; got ${files.length} files: ${files.slice(0, 5).join(', ')}.`,
    )
  const [file = '-'] = files
  const { from, delimiter, decimal, encoding, header, rows } = flags
  const options: OpenOptions = {
    ...(from !== undefined && { format: from }),
    ...(delimiter !== undefined && { delimiter }),
    ...(decimal !== undefined && { decimal }),
    ...(encoding !== undefined && { encoding }),
    ...(header === false && { header }),
    ...(rows !== undefined && { rows }),
  }
  if (file === '-') return openStdin(options)
  const path = resolve(cwd, file)
  const source = await openTable({ path }, { name: basename(path), ...options })
  return { source, folder: folderOf(path, source.columns), form: formOf(file, from) }
}

async function openStdin(options: OpenOptions): Promise<CommandTable> {
  if (process.stdin.isTTY)
    throw new ConfigError('Give a file of rows, or write rows to stdin: cat rows.csv | gradus predict MODEL')
  const pieces: Uint8Array[] = []
  for await (const piece of process.stdin) pieces.push(piece as Uint8Array)
  const bytes = new Uint8Array(Buffer.concat(pieces))
  const start = new TextDecoder().decode(bytes.subarray(0, 1000)).trimStart()
  const sniffed: RowForm = start.startsWith('[') ? 'json' : start.startsWith('{') ? 'jsonl' : 'csv'
  const format = options.format ?? (sniffed === 'csv' ? undefined : sniffed)
  const source = await openTable(bytes, { name: 'stdin', ...options, ...(format !== undefined && { format }) })
  return { source, folder: '', form: formOf('', format) }
}

function formOf(file: string, format: string | undefined): RowForm {
  const name = format ?? extname(file.replace(/\.gz$/i, '')).slice(1).toLowerCase()
  if (name === 'json') return 'json'
  return name === 'jsonl' || name === 'ndjson' ? 'jsonl' : 'csv'
}
