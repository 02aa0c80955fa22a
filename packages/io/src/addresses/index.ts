import { ConfigError, DataError } from '@gradus/core'
import { reasonOf, shortened } from '@gradus/core/files'
import type { Pieces } from '../read-pieces.ts'
import * as all from './all.ts'
import type { AddressScheme } from './scheme.ts'

const schemes: readonly AddressScheme[] = /* @__PURE__ */ Object.values(all)

/** The part of a text before `://`, if it is an address rather than a path. */
export function schemeNameOf(text: string): string | undefined {
  return /^(?:([a-z][a-z\d+.-]+):\/\/|(blob|data):)/i.exec(text)?.slice(1).find(Boolean)?.toLowerCase()
}

/** Opens the file at an address. Throws `DataError` with the address and the reason. */
export async function openAddress(address: string): Promise<Pieces> {
  const name = `The file '${shortened(address)}'`
  const failed = (cause: unknown): never => {
    throw new DataError(`${name} cannot be read: ${reasonOf(cause)}`, { cause })
  }
  const { open, instead } = schemeOf(address, 'read')
  if (!open) throw new DataError(`${name} cannot be read. Instead ${instead}.`)
  const pieces = await open(address).catch(failed)
  return { ...pieces, name, next: () => pieces.next().catch(failed) }
}

/** Writes a file to an address. Throws an error with the address and the reason. */
export async function writeAddress(address: string, data: Uint8Array | string): Promise<void> {
  const name = `The file '${shortened(address)}'`
  const { write, instead } = schemeOf(address, 'written')
  if (!write) throw new Error(`${name} cannot be written. Instead ${instead}.`)
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data)
  await write(address, bytes).catch((cause: unknown) => {
    throw new Error(`${name} cannot be written: ${reasonOf(cause)}`, { cause })
  })
}

/**
 * Returns the addresses of the files that were saved at addresses of one kind, `indexeddb://` or `opfs://`, sorted. Throws
 * `ConfigError` for others.
 *
 * ```ts
 * await model.save('indexeddb://digits')
 * await listFiles('indexeddb://') // ['indexeddb://digits']
 * ```
 */
export async function listFiles(scheme: string): Promise<string[]> {
  const { list } = schemeOf(scheme, 'listed')
  if (list) return list()
  throw new ConfigError(`The files of '${shortened(scheme)}' cannot be listed; those of indexeddb:// and opfs:// can.`)
}

/**
 * Removes a file that was saved at an address, such as `indexeddb://digits`. Does nothing if there is none. Throws `ConfigError` for
 * addresses other than those of `listFiles`.
 */
export async function removeFile(address: string): Promise<void> {
  const { remove } = schemeOf(address, 'removed')
  if (remove) return remove(address)
  throw new ConfigError(`The file '${shortened(address)}' cannot be removed; those of indexeddb:// and opfs:// can.`)
}

function schemeOf(address: string, done: string): AddressScheme {
  const name = schemeNameOf(address)
  const found = schemes.find(({ names }) => name !== undefined && names.includes(name))
  if (found) return found
  const known = schemes.flatMap(({ names }) => names).join(', ')
  const message = `The file '${shortened(address)}' cannot be ${done}: addresses begin with ${known} or file. Give one of them, or a path.`
  throw done === 'read' ? new DataError(message) : new ConfigError(message)
}
