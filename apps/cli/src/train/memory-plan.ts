import { stat } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { ConfigError } from '@gradus/core'
import type { TableCoder } from 'gradus/tables'
import type { DataConfig } from '../config/config-schema.ts'

/** How many times larger than its file a table may be. */
const packed = 8

/** The part of the memory that the rows of a file may take. */
const share = 4

/** The most bytes of rows that are kept in memory: a quarter of the memory of the machine, or of that which the process may use. */
export function memoryLimit(): number {
  const allowed = process.constrainedMemory()
  return Math.min(totalmem(), allowed > 0 ? allowed : Number.POSITIVE_INFINITY) / share
}

/**
 * Whether a file is read several times, rather than kept in memory as a table. Throws `ConfigError` for a pipe with `stream`, which
 * can be read once.
 */
export async function readsAgain(path: string, { stream }: DataConfig): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  const canRepeat = found === undefined || found.isFile() || found.isDirectory()
  if (stream && !canRepeat)
    throw new ConfigError(
      `data.stream is true, and ${path} is a pipe, which can be read only once. Save it to a file, and give the path.`,
    )
  if (stream !== undefined) return stream
  if (!found?.isFile()) return false
  const isPacked = /\.(gz|parquet|npz|zip)$/i.test(path)
  return found.size * (isPacked ? packed : 1) > memoryLimit()
}

/** The bytes of encoded rows. */
export function encodedBytes({ inputs, spec }: TableCoder, rowCount: number): number {
  const width = inputs.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0)
  return 4 * (width + spec.targets.length) * rowCount
}

/** Says why rows are in a temporary file. */
export function storedChoice(bytes: number, { stream }: DataConfig): string {
  const megabytes = (size: number) => `${Math.max(1, Math.round(size / 2 ** 20))} MiB`
  const about = `The encoded rows (${megabytes(bytes)}) are in a temporary file and not in memory`
  if (stream) return `${about}, as data.stream says.`
  return `${about}: they take more than a quarter of the memory (${megabytes(memoryLimit())}). To keep them in memory, set data.stream to false.`
}
