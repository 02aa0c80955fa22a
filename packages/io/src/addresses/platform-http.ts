import type { Pieces } from '../read-pieces.ts'
import { browser } from './browser.ts'
import type { AddressScheme } from './scheme.ts'

/** How often a transfer that breaks is continued. */
const continuations = 5

/**
 * Addresses that `fetch` reads. A transfer that breaks is continued where it stopped, if the server says that the file is still the same:
 * with a range of the file, or with the whole file, of which the part before is left out, from a server that sends no ranges.
 */
export const http: AddressScheme = {
  names: ['http', 'https', 'blob', 'data'],
  instead: 'send the bytes of toBytes() with fetch',
  async open(address) {
    const response = await answer(address)
    let reader = readerOf(response)
    let received = 0
    let left = continuations
    const next = async (): Promise<Uint8Array | undefined> => {
      try {
        const { done, value } = await reader.read()
        if (done) return undefined
        received += value.length
        return value
      } catch (error) {
        const rest = left-- > 0 ? await restOf(address, response, received).catch(() => undefined) : undefined
        if (!rest) throw new Error(`the transfer broke after ${received} bytes (${messageOf(error)}). Try again`)
        reader = rest
        return next()
      }
    }
    return { name: '', size: sizeOf(response), next, close: () => reader.cancel().catch(() => {}) } satisfies Pieces
  },
}

type Reader = Pick<ReadableStreamDefaultReader<Uint8Array>, 'read' | 'cancel'>

async function answer(address: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(address, init).catch(async (error: unknown) => {
    const isOther = isOtherOrigin(address)
    if (isOther && (await answers(address))) {
      throw new Error(
        'the server answers, but does not let pages of other origins read the file (CORS). It must send the header access-control-allow-origin',
      )
    }
    const further = isOther ? ', and whether the server lets pages of other origins read the file (CORS)' : ''
    throw new Error(`there is no answer (${messageOf(error)}). Check the address and the connection${further}`)
  })
  if (response.ok) return response
  await response.body?.cancel()
  throw new Error(
    `the server answers ${response.status} ${response.statusText}`.trimEnd().concat('. Check the address'),
  )
}

/** Whether the address is on another server than the page. */
function isOtherOrigin(address: string): boolean {
  const { origin } = browser.location ?? {}
  return origin !== undefined && /^https?:/i.test(address) && new URL(address).origin !== origin
}

/** Whether a server answers, be it that the page may not read the answer. */
function answers(address: string): Promise<boolean> {
  return fetch(address, { method: 'HEAD', mode: 'no-cors' }).then(
    () => true,
    () => false,
  )
}

/** The largest file for which memory is reserved before its bytes come. */
const trustedBytes = 2 ** 30

/** The number of bytes, if the server says it. The length of a compressed file is another. */
function sizeOf({ headers }: Response): number | undefined {
  const length = Number(headers.get('content-length') ?? Number.NaN)
  const isKnown = Number.isInteger(length) && length > 0 && length <= trustedBytes && !headers.has('content-encoding')
  return isKnown ? length : undefined
}

function readerOf({ body }: Response): Reader {
  return (body ?? new Blob([]).stream()).getReader() as Reader
}

/** The rest of a file from a position on; undefined if the server does not send exactly that. */
async function restOf(address: string, first: Response, from: number): Promise<Reader | undefined> {
  const version = versionOf(first)
  if (!version) return undefined
  // positions in ranges count encoded bytes
  const isEncoded = first.headers.has('content-encoding')
  const rest = await answer(address, isEncoded ? {} : { headers: { range: `bytes=${from}-`, 'if-range': version } })
  const [, start, length] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(rest.headers.get('content-range') ?? '') ?? []
  const isWhole = [first.headers.get('content-length') ?? length, '*'].includes(length!)
  if (rest.status === 206 && start === `${from}` && isWhole) return readerOf(rest)
  if (rest.status === 200 && versionOf(rest) === version) return without(readerOf(rest), from)
  await rest.body?.cancel()
  return undefined
}

/** Reads a file without its first bytes. */
function without(reader: Reader, bytes: number): Reader {
  let left = bytes
  const read: Reader['read'] = async () => {
    const { done, value } = await reader.read()
    if (done && left > 0) throw new Error(`the file has only ${bytes - left} bytes now`)
    if (done) return { done, value: undefined }
    const piece = value.subarray(left)
    left -= value.length - piece.length
    return piece.length > 0 ? { done, value: piece } : read()
  }
  return { read, cancel: () => reader.cancel() }
}

/** The tag of a version of a file, or its date: two versions in one minute may have the same. */
function versionOf({ headers }: Response): string | undefined {
  const tag = headers.get('etag')
  // a weak tag does not stand for equal bytes
  if (tag && !tag.startsWith('W/')) return tag
  const [changed, now] = ['last-modified', 'date'].map((name) => headers.get(name))
  return changed && now && Date.parse(now) - Date.parse(changed) >= 60_000 ? changed : undefined
}

function messageOf(error: unknown): string {
  const { message = String(error), cause } = error as Error
  return cause instanceof Error && cause.message ? cause.message : message
}
