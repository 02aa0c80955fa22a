import type { Pieces } from '../read-pieces.ts'
import type { AddressScheme } from './scheme.ts'

/** How often a transfer that breaks is continued. */
const continuations = 5

/**
 * Addresses that `fetch` reads. A transfer that breaks is continued where it stopped, if the server sends ranges of files and says
 * that the file is still the same.
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
    return { name: '', size: undefined, next, close: () => reader.cancel().catch(() => {}) } satisfies Pieces
  },
}

type Reader = ReadableStreamDefaultReader<Uint8Array>

async function answer(address: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(address, init).catch((error: unknown) => {
    throw new Error(`there is no answer (${messageOf(error)}). Check the address and the connection`)
  })
  if (response.ok) return response
  await response.body?.cancel()
  throw new Error(
    `the server answers ${response.status} ${response.statusText}`.trimEnd().concat('. Check the address'),
  )
}

function readerOf({ body }: Response): Reader {
  return (body ?? new Blob([]).stream()).getReader() as Reader
}

/** The rest of a file from a position on; undefined if the server does not send exactly that. */
async function restOf(address: string, { headers }: Response, from: number): Promise<Reader | undefined> {
  const version = headers.get('etag') ?? headers.get('last-modified')
  // positions would count encoded bytes, and a weak tag does not stand for equal bytes
  if (!version || version.startsWith('W/') || headers.has('content-encoding')) return undefined
  if (headers.get('accept-ranges') !== 'bytes') return undefined
  const rest = await answer(address, { headers: { range: `bytes=${from}-`, 'if-range': version } })
  if (rest.status === 206 && rest.headers.get('content-range')?.startsWith(`bytes ${from}-`)) return readerOf(rest)
  await rest.body?.cancel()
  return undefined
}

function messageOf(error: unknown): string {
  const { message = String(error), cause } = error as Error
  return cause instanceof Error && cause.message ? cause.message : message
}
