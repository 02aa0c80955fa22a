import type { Pieces } from '../read-pieces.ts'

/** One kind of addresses, such as `https://`: how its files are read, written, listed and removed. */
export interface AddressScheme {
  /** What stands before the colon. */
  readonly names: readonly string[]
  /** Opens a file to read. `address` is the whole address. Absent if its files can only be written. */
  open?(address: string): Promise<Pieces>
  /** Writes a file: whole, or not at all. Absent if its files can only be read. */
  write?(address: string, data: Uint8Array<ArrayBuffer>): Promise<void>
  /** Returns the addresses of all files, sorted. */
  list?(): Promise<string[]>
  /** Removes a file. Does nothing if there is none. */
  remove?(address: string): Promise<void>
  /** What to do in place of reading or writing, where that is absent. */
  readonly instead?: string
}

/** What stands after `://`. Throws `RangeError` for nothing. */
export function nameIn(address: string): string {
  const name = address.slice(address.indexOf('://') + 3)
  if (name === '') throw new RangeError('the address has no name. Add one, as in indexeddb://digits')
  return name
}
